import { httpreq } from '../../backend/src/dns/httpreq/index.ts';
import type { DnsProvider } from '../../backend/src/dns/provider.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import type { PluginDeps } from '../../backend/src/plugins/plugin.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';
import { type BasicUser, startHttpreq } from '../support/dns-apis/httpreq.ts';
import { dnsProviderContract } from './dns-provider.ts';

const USER: BasicUser = { username: 'certferry', password: 'correct horse' };
const STRANGER: BasicUser = { username: 'certferry', password: 'battery staple' };
const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => unused(), hostKey: () => unused() },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};

dnsProviderContract(
  'httpreq',
  async () => {
    const server = await startHttpreq(USER);
    return {
      provider: providerOf(server.endpoint, USER),
      zone: 'example.test',
      checked: [],
      denied: providerOf(server.endpoint, STRANGER),
      secrets: [USER.password, STRANGER.password],
      unreachable: providerOf('http://127.0.0.1:1', USER),
      published: async (fqdn) => server.values(fqdn),
      addForeign: async (fqdn, value) => server.add(fqdn, value),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
  {
    skip: [
      {
        reason: 'the contract of lego has no zones; a service that refuses says why in its own words',
        tests: ['a name in no zone of the account is DNS_ZONE_NOT_FOUND'],
      },
    ],
  },
);

function providerOf(endpoint: string, user: BasicUser): DnsProvider {
  return httpreq.create(httpreq.settings.parse({ endpoint, ...user }), deps);
}

function unused(): never {
  throw new Error('httpreq has no use for SSH.');
}
