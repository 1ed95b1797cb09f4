import { Resolver } from 'node:dns/promises';
import { describe } from 'vitest';
import { manual } from '../../backend/src/dns/manual/index.ts';
import type { DnsProvider } from '../../backend/src/dns/provider.ts';
import { rfc2136 } from '../../backend/src/dns/rfc2136/index.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import type { PluginDeps } from '../../backend/src/plugins/plugin.ts';
import { type Bind, type BindKey, bindKey, startBind } from '../support/bind.ts';
import { missing } from '../support/programs.ts';
import { type DnsProviderHarness, dnsProviderContract } from './dns-provider.ts';

const ZONE = 'example.test';
const NO_ONE: Pick<DnsProviderHarness, 'published' | 'addForeign'> = {
  published: async () => [],
  addForeign: async () => {},
};
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

dnsProviderContract(
  'manual',
  async () => {
    const provider = manual.create({}, deps);
    const nothing = { checked: [], denied: provider, unreachable: provider, secrets: [], ...NO_ONE };
    return { provider, zone: ZONE, ...nothing, [Symbol.asyncDispose]: async () => {} };
  },
  {
    skip: [
      {
        reason: 'a person publishes and removes the record',
        tests: [
          'check changes nothing',
          'a presented value is published',
          'presenting a value twice succeeds and publishes it once',
          'two values of one name live side by side',
          'two values presented at the same time are both published',
          'a foreign value survives present and cleanUp',
          'cleanUp of one value leaves the other',
          'cleanUp works without a receipt',
        ],
      },
      {
        reason: 'it has no account and talks to no service',
        tests: [
          'a name in no zone of the account is DNS_ZONE_NOT_FOUND',
          'wrong credentials are DNS_DENIED, and no secret is in the error',
          'a service that is not there is DNS_UNREACHABLE',
          'an aborted signal ends the call with its reason',
        ],
      },
    ],
  },
);

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
