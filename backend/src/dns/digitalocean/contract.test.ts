import { type DnsProviderHarness, dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { dnsProviderRecording } from '../../../../test/contracts/dns-recording.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider } from '../provider.ts';
import { digitalocean } from './index.ts';
import { DigitalOceanApi } from './testing/api.ts';

const TOKEN = 'dop_v1_of_the_first_account_0123456789abcdef';
const STRANGER = 'dop_v1_that_nobody_ever_made_fedcba987654321';
const ZONE = 'example.test';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => unused('SSH'), hostKey: () => unused('SSH') },
  clock: systemClock,
  log: quiet,
};

dnsProviderContract('digitalocean', harness);

dnsProviderRecording('digitalocean', {
  folder: import.meta.dirname,
  secrets: [TOKEN],
  zone: ZONE,
  async start() {
    const api = await DigitalOceanApi.start({ tokens: { [TOKEN]: 'all' }, domains: [ZONE] });
    return Object.assign(api, { url: api.baseUrl });
  },
  provider: (origin) => providerFor(`${origin}/v2`, TOKEN),
});

async function harness(): Promise<DnsProviderHarness> {
  const api = await DigitalOceanApi.start({ tokens: { [TOKEN]: 'all' }, domains: [ZONE, 'another.test'] });
  return {
    provider: providerFor(api.baseUrl, TOKEN),
    another: providerFor(api.baseUrl, TOKEN),
    zone: ZONE,
    checked: [ZONE, 'another.test'],
    denied: providerFor(api.baseUrl, STRANGER),
    secrets: [TOKEN, STRANGER],
    unreachable: providerFor('http://127.0.0.1:1/v2', TOKEN),
    published: async (fqdn) => api.published(fqdn),
    addForeign: async (fqdn, value) => api.addForeign(fqdn, value),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

function providerFor(baseUrl: string, token: string): DnsProvider {
  return digitalocean.create(digitalocean.settings.parse({ baseUrl, token }), deps);
}

function unused(what: string): never {
  throw new Error(`A DNS provider has no use for ${what} here.`);
}
