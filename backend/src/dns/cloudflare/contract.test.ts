import { type DnsProviderHarness, dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { dnsProviderRecording } from '../../../../test/contracts/dns-recording.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider } from '../provider.ts';
import { cloudflare } from './index.ts';
import { CloudflareApi } from './testing/api.ts';

const TOKEN = 'token-of-the-first-account-0123456789';
const STRANGER = 'token-that-nobody-ever-made-987654321';
const ZONE = 'example.test';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => unused('SSH'), hostKey: () => unused('SSH') },
  clock: systemClock,
  log: quiet,
};

dnsProviderContract('cloudflare', harness);

dnsProviderRecording('cloudflare', {
  folder: import.meta.dirname,
  secrets: [TOKEN],
  zone: ZONE,
  async start() {
    const api = await CloudflareApi.start({ tokens: [{ token: TOKEN, zones: [ZONE] }], zones: [{ name: ZONE }] });
    return Object.assign(api, { url: api.baseUrl });
  },
  provider: (origin) => providerFor(`${origin}/client/v4`, TOKEN),
  volatile: [/\b[0-9a-f]{32}\b/g],
});

async function harness(): Promise<DnsProviderHarness> {
  const api = await CloudflareApi.start({
    tokens: [{ token: TOKEN, zones: [ZONE, 'another.test'] }],
    zones: [{ name: ZONE }, { name: 'another.test' }, { name: 'of-somebody-else.test' }],
  });
  return {
    provider: providerFor(api.baseUrl, TOKEN),
    another: providerFor(api.baseUrl, TOKEN),
    zone: ZONE,
    checked: ['another.test', ZONE],
    denied: providerFor(api.baseUrl, STRANGER),
    secrets: [TOKEN, STRANGER],
    unreachable: providerFor('http://127.0.0.1:1/client/v4', TOKEN),
    published: async (fqdn) => api.published(fqdn),
    addForeign: async (fqdn, value) => api.addForeign(fqdn, value),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

function providerFor(baseUrl: string, apiToken: string): DnsProvider {
  return cloudflare.create(cloudflare.settings.parse({ baseUrl, apiToken }), deps);
}

function unused(what: string): never {
  throw new Error(`A DNS provider has no use for ${what} here.`);
}
