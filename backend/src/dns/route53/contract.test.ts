import { type DnsProviderHarness, dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { dnsProviderRecording } from '../../../../test/contracts/dns-recording.ts';
import type { Clock, PluginDeps } from '../../plugins/plugin.ts';
import type { DnsProvider } from '../provider.ts';
import { route53 } from './index.ts';
import { startRoute53 } from './testing/api.ts';

const ZONE = 'example.test';
const KEY = { accessKeyId: 'AKIATEST', secretAccessKey: 'the secret of the test key' };
const WRONG_SECRET = 'not the secret of the test key';
const ROLE = { arn: 'arn:aws:iam::123456789012:role/dns', externalId: 'certferry-1' };
/** Pauses between questions for a change take no time. */
const hasty: Clock = { now: () => new Date(), sleepUntil: async (_, signal) => signal.throwIfAborted() };
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const deps: PluginDeps = {
  http: () => unused('HTTP'),
  ssh: { open: () => unused('SSH'), hostKey: () => unused('SSH') },
  clock: hasty,
  log: quiet,
};

dnsProviderContract('route53 with a key', () => harness({}));

dnsProviderContract('route53 with an assumed role', () => harness({ roleArn: ROLE.arn, externalId: ROLE.externalId }));

dnsProviderRecording('route53', {
  folder: import.meta.dirname,
  secrets: [KEY.secretAccessKey],
  zone: ZONE,
  start: () => startRoute53({ keys: [KEY], zones: [{ id: 'Z1PUBLIC', name: ZONE }], pendingPolls: 1 }),
  provider: (origin) => providerFor({ ...KEY, endpoint: origin }),
  volatile: [/(?<=\bC)[0-9A-F]{16}\b/g],
});

async function harness(role: object): Promise<DnsProviderHarness> {
  const server = await startRoute53({
    keys: [KEY],
    role: ROLE,
    zones: [
      { id: 'Z1PUBLIC', name: ZONE },
      { id: 'Z2PRIVATE', name: ZONE, isPrivate: true },
      { id: 'Z3OTHER', name: 'other.test' },
    ],
    pageSize: 2,
  });
  const settings = { ...KEY, ...role, endpoint: server.url };
  return {
    provider: providerFor(settings),
    another: providerFor(settings),
    zone: ZONE,
    checked: [ZONE, 'other.test'],
    denied: providerFor({ ...settings, secretAccessKey: WRONG_SECRET }),
    secrets: [KEY.secretAccessKey, WRONG_SECRET],
    unreachable: providerFor({ ...settings, endpoint: 'http://127.0.0.1:1' }),
    published: async (fqdn) => server.published(fqdn),
    async addForeign(fqdn, value) {
      server.put('Z1PUBLIC', { name: `${fqdn}.`, type: 'TXT', ttl: 300, values: [`"${value}"`] });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function providerFor(settings: object): DnsProvider {
  return route53.create(route53.settings.parse(settings), deps);
}

function unused(what: string): never {
  throw new Error(`Route 53 is not reached by ${what} of ours.`);
}
