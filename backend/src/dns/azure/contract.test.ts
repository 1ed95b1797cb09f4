import { dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { dnsProviderRecording } from '../../../../test/contracts/dns-recording.ts';
import { systemClock } from '../../plugins/clock.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider } from '../provider.ts';
import { azure } from './index.ts';
import { type AzureAccount, startAzure } from './testing/api.ts';

const ACCOUNT: AzureAccount = {
  tenantId: '11111111-1111-4111-8111-111111111111',
  clientId: '22222222-2222-4222-8222-222222222222',
  clientSecret: 'right~secret.of-the-app',
  subscriptionId: '33333333-3333-4333-8333-333333333333',
  zones: [
    { name: 'one.test', resourceGroup: 'dns' },
    { name: 'example.test', resourceGroup: 'dns' },
    { name: 'two.test', resourceGroup: 'other' },
    { name: 'inner.test', resourceGroup: 'dns', zoneType: 'Private' },
    { name: 'three.test', resourceGroup: 'dns' },
  ],
};
const WRONG_SECRET = 'wrong~secret.of-the-app';

dnsProviderContract('azure with a client secret', () => harness({}));
dnsProviderContract('azure with a resource group', () => harness({ resourceGroup: 'DNS' }));

dnsProviderRecording('azure', {
  folder: import.meta.dirname,
  secrets: [ACCOUNT.clientSecret],
  zone: 'example.test',
  tls: true,
  async start() {
    const server = await startAzure([{ ...ACCOUNT, zones: [{ name: 'example.test', resourceGroup: 'dns' }] }]);
    return Object.assign(server, { reachedAt: (url: string) => Object.assign(server, { url }) });
  },
  provider: (origin, _service, caPem) => providerFor({ armEndpoint: origin, authorityHost: origin, caBundle: caPem }),
});

async function harness(settings: { resourceGroup?: string }) {
  const server = await startAzure([ACCOUNT]);
  const addresses = { armEndpoint: server.url, authorityHost: server.url, caBundle: server.caPem };
  const provider = (more: object = {}) => providerFor({ ...addresses, ...settings, ...more });
  const checked = ['example.test', 'one.test', 'three.test', 'two.test'];
  return {
    provider: provider(),
    another: provider(),
    zone: 'example.test',
    checked: settings.resourceGroup ? checked.filter((zone) => zone !== 'two.test') : checked,
    denied: provider({ clientSecret: WRONG_SECRET }),
    secrets: [ACCOUNT.clientSecret, WRONG_SECRET],
    unreachable: provider({ armEndpoint: server.deadUrl, authorityHost: server.deadUrl }),
    published: async (fqdn: string) => server.published(fqdn),
    async addForeign(fqdn: string, value: string) {
      server.put(fqdn, { values: [...server.published(fqdn), value].map((one) => [one]) });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function providerFor(given: object): DnsProvider {
  const { tenantId, clientId, clientSecret, subscriptionId } = ACCOUNT;
  return azure.create(azure.settings.parse({ tenantId, clientId, clientSecret, subscriptionId, ...given }), {
    http: createHttpFactory(),
    ssh: { open: unused, hostKey: unused },
    clock: systemClock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

function unused(): never {
  throw new Error('Azure DNS has no use for SSH.');
}
