import { Resolver } from 'node:dns/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { type DnsProviderHarness, dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { type Bind, type BindKey, bindKey, startBind } from '../../../../test/support/bind.ts';
import { missing } from '../../../../test/support/programs.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import type { DnsProvider } from '../provider.ts';
import { exec } from './index.ts';

const ZONE = 'example.test';
const SCRIPT = join(import.meta.dirname, 'testing/update-dns.sh');
const deps: PluginDeps = {
  http: () => unused(),
  ssh: { open: () => unused(), hostKey: () => unused() },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};
const absent = missing('named', 'nsupdate');

describe.skipIf(absent)(`exec with a script over nsupdate (${absent ?? 'installed'})`, () => {
  dnsProviderContract('exec', harness);
});

async function harness(): Promise<DnsProviderHarness> {
  const [key, colleague] = [bindKey('certferry'), bindKey('colleague')];
  const stranger = bindKey('certferry');
  const updatePolicy = ['grant certferry zonesub TXT;', 'grant colleague zonesub TXT;'];
  const bind = await startBind({
    keys: [key, colleague],
    zones: [{ name: ZONE, nameServers: ['ns.invalid'], updatePolicy }],
  });
  const other = providerFor(bind, colleague);
  return {
    provider: providerFor(bind, key),
    another: providerFor(bind, key),
    zone: ZONE,
    checked: [ZONE],
    denied: providerFor(bind, stranger),
    secrets: [key.secret, stranger.secret],
    unreachable: providerFor({ ...bind, port: 1 }, key),
    published: (fqdn) => lookUp(bind, fqdn),
    async addForeign(fqdn, value) {
      await other.present({ fqdn, value, zone: ZONE, ttlSeconds: 60 }, new AbortController().signal);
    },
    [Symbol.asyncDispose]: () => bind[Symbol.asyncDispose](),
  };
}

function providerFor(bind: Bind, { algorithm, name, secret }: BindKey): DnsProvider {
  const variables = [
    `DNS_SERVER=${bind.address}`,
    `DNS_PORT=${bind.port}`,
    `DNS_KEY=${algorithm}:${name}`,
    `DNS_SECRET=${secret}`,
    `DNS_ZONE=${ZONE}`,
  ];
  const settings = { path: SCRIPT, variables: variables.join('\n'), knowsCheck: true, timeoutSeconds: 20 };
  return exec.create(exec.settings.parse(settings), deps);
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

function unused(): never {
  throw new Error('exec has no use for this.');
}
