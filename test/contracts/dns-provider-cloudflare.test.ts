import { cloudflare } from '../../backend/src/dns/cloudflare/index.ts';
import type { DnsProvider } from '../../backend/src/dns/provider.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import type { PluginDeps } from '../../backend/src/plugins/plugin.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';
import { CloudflareApi } from '../support/dns-apis/cloudflare.ts';
import { type DnsProviderHarness, dnsProviderContract } from './dns-provider.ts';

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

async function harness(): Promise<DnsProviderHarness> {
  const api = await CloudflareApi.start({
    tokens: [{ token: TOKEN, zones: [ZONE, 'another.test'] }],
    zones: [{ name: ZONE }, { name: 'another.test' }, { name: 'of-somebody-else.test' }],
  });
  return {
    provider: providerFor(api.baseUrl, TOKEN),
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
