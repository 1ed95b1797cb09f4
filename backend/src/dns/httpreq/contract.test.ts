import { dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { dnsProviderRecording } from '../../../../test/contracts/dns-recording.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider } from '../provider.ts';
import { httpreq } from './index.ts';
import { type BasicUser, startHttpreq } from './testing/api.ts';

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
      another: providerOf(server.endpoint, USER),
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

dnsProviderRecording('httpreq', {
  folder: import.meta.dirname,
  secrets: [USER.password],
  zone: 'example.test',
  async start() {
    const server = await startHttpreq(USER);
    return Object.assign(server, { url: server.endpoint });
  },
  provider: (origin) => providerOf(`${origin}/gateway`, USER),
});

function providerOf(endpoint: string, user: BasicUser): DnsProvider {
  return httpreq.create(httpreq.settings.parse({ endpoint, ...user }), deps);
}

function unused(): never {
  throw new Error('httpreq has no use for SSH.');
}
