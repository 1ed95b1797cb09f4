import { google } from '../../backend/src/dns/google/index.ts';
import type { DnsProvider } from '../../backend/src/dns/provider.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';
import { makeServiceAccount, startGoogle } from '../support/dns-apis/google.ts';
import { dnsProviderContract } from './dns-provider.ts';

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
  const provider = (keyJson: object, url = server.url): DnsProvider => {
    const given = { keyJson: JSON.stringify(keyJson), apiEndpoint: url, tokenUri: `${url}/token` };
    return google.create(google.settings.parse(given), {
      http: createHttpFactory(),
      ssh: { open: unused, hostKey: unused },
      clock: systemClock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
  };
  return {
    provider: provider(key),
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

function unused(): never {
  throw new Error('Google Cloud DNS has no use for SSH.');
}
