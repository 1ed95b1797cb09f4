import { Resolver } from 'node:dns/promises';
import { describe } from 'vitest';
import { type DnsProviderHarness, dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { type Bind, type BindKey, bindKey, startBind } from '../../../../test/support/bind.ts';
import { missing } from '../../../../test/support/programs.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import type { DnsProvider } from '../provider.ts';
import { rfc2136 } from './index.ts';

const ZONE = 'example.test';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const deps: PluginDeps = {
  http: () => unused('HTTP'),
  ssh: { open: () => unused('SSH'), hostKey: () => unused('SSH') },
  clock: systemClock,
  log: quiet,
};

describe.skipIf(missing('named'))(`rfc2136 against BIND (${missing('named') ?? 'installed'})`, () => {
  const cases = [
    ['hmac-sha256', 'udp'],
    ['hmac-sha256', 'tcp'],
    ['hmac-sha512', 'udp'],
    ['hmac-sha512', 'tcp'],
  ] as const;
  for (const [algorithm, transport] of cases) {
    dnsProviderContract(`rfc2136 with ${algorithm} over ${transport}`, () => bindHarness(algorithm, transport));
  }
});

async function bindHarness(algorithm: BindKey['algorithm'], transport: 'udp' | 'tcp'): Promise<DnsProviderHarness> {
  const key = bindKey('certferry', algorithm);
  const stranger = bindKey('certferry', algorithm);
  const colleague = bindKey('colleague');
  const bind = await startBind({
    keys: [key, colleague],
    zones: [
      {
        name: ZONE,
        nameServers: ['ns.invalid'],
        updatePolicy: ['grant certferry zonesub TXT;', 'grant colleague zonesub TXT;'],
      },
    ],
  });
  const other = providerFor(bind, colleague, 'udp');
  const nobodyThere = { ...bind, port: 1 };
  return {
    provider: providerFor(bind, key, transport),
    another: providerFor(bind, key, transport),
    zone: ZONE,
    checked: [],
    denied: providerFor(bind, stranger, transport),
    secrets: [key.secret, stranger.secret],
    unreachable: providerFor(nobodyThere, key, transport),
    published: (fqdn) => lookUp(bind, fqdn),
    async addForeign(fqdn, value) {
      await other.present({ fqdn, value, zone: ZONE, ttlSeconds: 60 }, new AbortController().signal);
    },
    [Symbol.asyncDispose]: () => bind[Symbol.asyncDispose](),
  };
}

function providerFor(bind: Bind, key: BindKey, transport: 'udp' | 'tcp'): DnsProvider {
  const settings = rfc2136.settings.parse({
    server: bind.address,
    port: bind.port,
    keyName: key.name,
    keySecret: key.secret,
    algorithm: key.algorithm,
    transport,
  });
  return rfc2136.create(settings, deps);
}

async function lookUp(bind: Bind, fqdn: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([bind.endpoint]);
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
