import { dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { manual } from './index.ts';

const deps: PluginDeps = {
  http: () => unused(),
  ssh: { open: () => unused(), hostKey: () => unused() },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};

dnsProviderContract(
  'manual',
  async () => {
    const provider = manual.create({}, deps);
    const nowhere = { published: async () => [], addForeign: async () => {} };
    const nothing = { checked: [], denied: provider, unreachable: provider, secrets: [], ...nowhere };
    return { provider, another: provider, zone: 'example.test', ...nothing, [Symbol.asyncDispose]: async () => {} };
  },
  {
    skip: [
      {
        reason: 'a person publishes and removes the record',
        tests: [
          'check changes nothing',
          'a presented value is published',
          'presenting a value twice succeeds and publishes it once',
          'two values of one name live side by side',
          'two values presented at the same time are both published',
          'a foreign value survives present and cleanUp',
          'apex and wildcard of a zone live beside a foreign value, and only they are removed',
          'two renewals that publish at one name at once keep both values',
          'a renewal that cleans up while another publishes at the name removes its own value only',
          'cleanUp of one value leaves the other',
          'cleanUp works without a receipt',
        ],
      },
      {
        reason: 'it has no account and talks to no service',
        tests: [
          'a name in no zone of the account is DNS_ZONE_NOT_FOUND',
          'wrong credentials are DNS_DENIED, and no secret is in the error',
          'a service that is not there is DNS_UNREACHABLE',
          'an aborted signal ends the call with its reason',
        ],
      },
    ],
  },
);

function unused(): never {
  throw new Error('A person has no use for this.');
}
