import { dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { dnsProviderRecording } from '../../../../test/contracts/dns-recording.ts';
import { systemClock } from '../../plugins/clock.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider } from '../provider.ts';
import { google } from './index.ts';
import { makeServiceAccount, startGoogle } from './testing/api.ts';

const ZONE = 'example.test';

dnsProviderContract('google with a service account key', async () => {
  const { account, key } = makeServiceAccount('example-dns', [
    { id: 'one-test', name: 'one.test' },
    { id: 'two-test', name: 'two.test' },
    { id: 'example-inner', name: 'example.test', visibility: 'private' },
    { id: 'inner-test', name: 'inner.test', visibility: 'private' },
    { id: 'example-test', name: 'example.test' },
  ]);
  const wrongKey = makeServiceAccount('example-dns', []).key;
  const server = await startGoogle([account]);
  const provider = (keyJson: object, url = server.url) => providerFor(keyJson, url);
  return {
    provider: provider(key),
    another: provider(key),
    zone: 'example.test',
    checked: ['example.test', 'one.test', 'two.test'],
    denied: provider(wrongKey),
    secrets: [key, wrongKey].flatMap(({ private_key }) => [private_key, private_key.split('\n')[5] ?? private_key]),
    unreachable: provider(key, server.deadUrl),
    published: async (fqdn: string) => server.published(fqdn),
    async addForeign(fqdn: string, value: string) {
      const rrdatas = [...(server.setOf(fqdn)?.rrdatas ?? []), `"${value}"`];
      server.put(fqdn, { ttl: 3600, rrdatas });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});

const recorded = makeServiceAccount('example-dns', [{ id: 'example-test', name: ZONE }]);

dnsProviderRecording('google', {
  folder: import.meta.dirname,
  secrets: [recorded.key.private_key.split('\n')[5] ?? recorded.key.private_key],
  zone: ZONE,
  async start() {
    const server = await startGoogle([recorded.account]);
    server.pendingMs = 0;
    return Object.assign(server, { reachedAt: (url: string) => Object.assign(server, { url }) });
  },
  provider: (origin) => providerFor(recorded.key, origin),
});

function providerFor(keyJson: object, url: string): DnsProvider {
  const given = { keyJson: JSON.stringify(keyJson), apiEndpoint: url, tokenUri: `${url}/token` };
  return google.create(google.settings.parse(given), {
    http: createHttpFactory(),
    ssh: { open: unused, hostKey: unused },
    clock: systemClock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

function unused(): never {
  throw new Error('Google Cloud DNS has no use for SSH.');
}
