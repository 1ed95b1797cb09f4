import { blueprint } from '../../backend/src/dns/_blueprint/index.ts';
import type { DnsProvider } from '../../backend/src/dns/provider.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import type { PluginDeps } from '../../backend/src/plugins/plugin.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';
import { startBlueprintApi } from '../support/dns-apis/blueprint.ts';
import { type DnsProviderHarness, dnsProviderContract } from './dns-provider.ts';

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

async function harness(): Promise<DnsProviderHarness> {
  const api = await startBlueprintApi({ token: TOKEN, zones: [ZONE, 'another.test'] });
  return {
    provider: providerFor(api.baseUrl, TOKEN),
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
