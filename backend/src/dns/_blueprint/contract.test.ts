import { type DnsProviderHarness, dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { dnsProviderRecording } from '../../../../test/contracts/dns-recording.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider } from '../provider.ts';
import { blueprint } from './index.ts';
import { startBlueprintApi } from './testing/api.ts';

const TOKEN = 'the token of the account';
const STRANGER = 'a token that nobody ever made';
const ZONE = 'example.test';
const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => unused(), hostKey: () => unused() },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};

// Fill in, if the service cannot keep a promise: a third argument `{ skip: [{ reason, tests }] }`.
dnsProviderContract('blueprint', harness);

dnsProviderRecording('blueprint', {
  folder: import.meta.dirname,
  secrets: [TOKEN],
  zone: ZONE,
  async start() {
    const api = await startBlueprintApi({ token: TOKEN, zones: [ZONE, 'another.test'] });
    return Object.assign(api, { url: api.baseUrl });
  },
  // Fill in: where below its host the API is, and as `volatile` what else the service makes anew each time.
  provider: (origin) => providerFor(`${origin}/v1`, TOKEN),
});

async function harness(): Promise<DnsProviderHarness> {
  const api = await startBlueprintApi({ token: TOKEN, zones: [ZONE, 'another.test'] });
  return {
    provider: providerFor(api.baseUrl, TOKEN),
    another: providerFor(api.baseUrl, TOKEN),
    zone: ZONE,
    checked: [ZONE, 'another.test'],
    denied: providerFor(api.baseUrl, STRANGER),
    secrets: [TOKEN, STRANGER],
    unreachable: providerFor('http://127.0.0.1:1/v1', TOKEN),
    published: async (fqdn) => api.published(fqdn),
    addForeign: async (fqdn, value) => api.addForeign(fqdn, value),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

function providerFor(baseUrl: string, token: string): DnsProvider {
  return blueprint.create(blueprint.settings.parse({ baseUrl, token }), deps);
}

function unused(): never {
  throw new Error('A DNS provider has no use for SSH here.');
}
