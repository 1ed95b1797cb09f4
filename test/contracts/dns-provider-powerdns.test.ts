import { Resolver } from 'node:dns/promises';
import { describe } from 'vitest';
import { powerdns } from '../../backend/src/dns/powerdns/index.ts';
import type { DnsProvider } from '../../backend/src/dns/provider.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import type { PluginDeps } from '../../backend/src/plugins/plugin.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';
import { type PowerDns, startPowerDns } from '../support/powerdns.ts';
import { missing } from '../support/programs.ts';
import { type DnsProviderHarness, dnsProviderContract } from './dns-provider.ts';

const ZONE = 'example.test';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => unused('SSH'), hostKey: () => unused('SSH') },
  clock: systemClock,
  log: quiet,
};

const absent = missing('pdns_server', 'sqlite3');
describe.skipIf(absent)(`powerdns against pdns_server (${absent ?? 'installed'})`, () => {
  dnsProviderContract('powerdns', harness);
});

async function harness(): Promise<DnsProviderHarness> {
  const server = await startPowerDns([
    { name: ZONE, nameServers: ['ns.example.test'] },
    { name: 'copied.test', nameServers: [], kind: 'Slave' },
  ]);
  const wrongKey = 'not the key of the test server';
  return {
    provider: providerFor(server.apiUrl, server.apiKey),
    zone: ZONE,
    checked: [ZONE],
    denied: providerFor(server.apiUrl, wrongKey),
    secrets: [server.apiKey, wrongKey],
    unreachable: providerFor('http://127.0.0.1:1', server.apiKey),
    published: (fqdn) => lookUp(server, fqdn),
    addForeign: (fqdn, value) => add(server, fqdn, value),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function providerFor(baseUrl: string, apiKey: string): DnsProvider {
  return powerdns.create(powerdns.settings.parse({ baseUrl, apiKey }), deps);
}

async function add(server: PowerDns, fqdn: string, value: string): Promise<void> {
  const records = [{ content: `"${value}"`, disabled: false }];
  const rrset = { name: `${fqdn}.`, type: 'TXT', ttl: 60, changetype: 'REPLACE', records };
  await server.api('PATCH', `/zones/${ZONE}.`, { rrsets: [rrset] });
}

async function lookUp(server: PowerDns, fqdn: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([server.endpoint]);
  try {
    return (await resolver.resolveTxt(fqdn)).map((strings) => strings.join(''));
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException;
    if (code === 'ENODATA' || code === 'ENOTFOUND') return [];
    throw err;
  }
}

function unused(what: string): never {
  throw new Error(`A DNS provider has no use for ${what} here.`);
}
