import { Resolver } from 'node:dns/promises';
import { describe } from 'vitest';
import { type DnsProviderHarness, dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { dnsProviderRecording } from '../../../../test/contracts/dns-recording.ts';
import { API_KEY, type PowerDns, startPowerDns } from '../../../../test/support/powerdns.ts';
import { missing } from '../../../../test/support/programs.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider } from '../provider.ts';
import { powerdns } from './index.ts';

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

dnsProviderRecording('powerdns', {
  folder: import.meta.dirname,
  secrets: [API_KEY],
  zone: ZONE,
  real: { missing: absent },
  async start() {
    const server = await startPowerDns([{ name: ZONE, nameServers: ['ns.example.test'] }]);
    return Object.assign(server, { url: server.apiUrl });
  },
  provider: (origin) => providerFor(origin, API_KEY),
});

async function harness(): Promise<DnsProviderHarness> {
  const server = await startPowerDns([
    { name: ZONE, nameServers: ['ns.example.test'] },
    { name: 'copied.test', nameServers: [], kind: 'Slave' },
  ]);
  const wrongKey = 'not the key of the test server';
  return {
    provider: providerFor(server.apiUrl, server.apiKey),
    another: providerFor(server.apiUrl, server.apiKey),
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
