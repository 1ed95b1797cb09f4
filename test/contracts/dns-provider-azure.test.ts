import { azure } from '../../backend/src/dns/azure/index.ts';
import type { DnsProvider } from '../../backend/src/dns/provider.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';
import { type AzureAccount, startAzure } from '../support/dns-apis/azure.ts';
import { dnsProviderContract } from './dns-provider.ts';

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

async function harness(settings: { resourceGroup?: string }) {
  const server = await startAzure([ACCOUNT]);
  const provider = (more: object = {}): DnsProvider => {
    const { tenantId, clientId, clientSecret, subscriptionId } = ACCOUNT;
    const addresses = { armEndpoint: server.url, authorityHost: server.url, caBundle: server.caPem };
    const given = { tenantId, clientId, clientSecret, subscriptionId, ...addresses, ...settings, ...more };
    return azure.create(azure.settings.parse(given), {
      http: createHttpFactory(),
      ssh: { open: unused, hostKey: unused },
      clock: systemClock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
  };
  const checked = ['example.test', 'one.test', 'three.test', 'two.test'];
  return {
    provider: provider(),
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

function unused(): never {
  throw new Error('Azure DNS has no use for SSH.');
}
