import { Resolver } from 'node:dns/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { type DnsProviderHarness, dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { type Bind, type BindKey, bindKey, startBind } from '../../../../test/support/bind.ts';
import { missing } from '../../../../test/support/programs.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import type { DnsProvider } from '../provider.ts';
import { acmeSh } from './index.ts';

const ZONE = 'example.test';
const HOME = join(import.meta.dirname, 'testing/installation');
const deps: PluginDeps = {
  http: () => unused(),
  ssh: { open: () => unused(), hostKey: () => unused() },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};
const absent = missing('named', 'nsupdate', 'bash', 'curl');

describe.skipIf(absent)(`a script of acme.sh over nsupdate (${absent ?? 'installed'})`, () => {
  dnsProviderContract('acme-sh', harness, {
    skip: [
      {
        reason: 'a script of acme.sh says only yes or no: refusals of any kind are DNS_REFUSED, with its words',
        tests: [
          'a name in no zone of the account is DNS_ZONE_NOT_FOUND',
          'wrong credentials are DNS_DENIED, and no secret is in the error',
        ],
      },
    ],
  });
});

async function harness(): Promise<DnsProviderHarness> {
  const [key, colleague] = [bindKey('certferry'), bindKey('colleague')];
  const updatePolicy = ['grant certferry zonesub TXT;', 'grant colleague zonesub TXT;'];
  const bind = await startBind({
    keys: [key, colleague],
    zones: [{ name: ZONE, nameServers: ['ns.invalid'], updatePolicy }],
  });
  const other = providerFor('dns_bind', variablesOf(bind, colleague));
  return {
    provider: providerFor('dns_bind', variablesOf(bind, key)),
    another: providerFor('dns_bind', variablesOf(bind, key)),
    zone: ZONE,
    checked: [],
    denied: providerFor('dns_bind', variablesOf(bind, bindKey('certferry'))),
    secrets: [key.secret],
    // acme.sh reports a lack of connection only where its own HTTP functions are used.
    unreachable: providerFor('dns_http', ['HTTP_Url=http://127.0.0.1:1']),
    published: (fqdn) => lookUp(bind, fqdn),
    async addForeign(fqdn, value) {
      await other.present({ fqdn, value, zone: ZONE, ttlSeconds: 60 }, new AbortController().signal);
    },
    [Symbol.asyncDispose]: () => bind[Symbol.asyncDispose](),
  };
}

function variablesOf(bind: Bind, { algorithm, name, secret }: BindKey): readonly string[] {
  const server = [`BIND_Server=${bind.address}`, `BIND_Port=${bind.port}`];
  return [...server, `export BIND_Key="${algorithm}:${name}"`, `export BIND_Secret="${secret}"`];
}

function providerFor(provider: string, variables: readonly string[]): DnsProvider {
  const settings = { home: HOME, provider, credentials: variables.join('\n'), timeoutSeconds: 20 };
  return acmeSh.create(acmeSh.settings.parse(settings), deps);
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
  throw new Error('acme-sh has no use for this.');
}
