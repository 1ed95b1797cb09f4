import { type DnsProviderHarness, dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { dnsProviderRecording } from '../../../../test/contracts/dns-recording.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider } from '../provider.ts';
import { acmeDns } from './index.ts';
import { type Registration, register } from './register.ts';
import { startAcmeDns } from './testing/api.ts';

const ZONE = 'example.test';
/** acme-dns takes 43 characters and nothing else. */
const VALUE_LENGTH = 43;
const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => unused(), hostKey: () => unused() },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};

dnsProviderContract('acme-dns', harness, {
  skip: [
    {
      reason: 'acme-dns cannot delete a value; two newer ones push it out',
      tests: [
        'presenting a value twice succeeds and publishes it once',
        'cleanUp of one value leaves the other',
        'cleanUp works without a receipt',
        'cleanUp of a value that is already gone succeeds',
      ],
    },
    {
      reason: 'cleanUp asks nothing; backend/src/dns/acme-dns/acme-dns.test.ts has check and present',
      tests: ['wrong credentials are DNS_DENIED, and no secret is in the error'],
    },
    {
      reason: 'an account of acme-dns belongs to one name of one user, keeps two values and cannot delete any',
      tests: [
        'a foreign value survives present and cleanUp',
        'apex and wildcard of a zone live beside a foreign value, and only they are removed',
        'a renewal that cleans up while another publishes at the name removes its own value only',
      ],
    },
  ],
});

/**
 * The suite publishes at many names of one zone. Here each of them is a CNAME to an account of its own, which the core
 * would have followed, and short values are filled up.
 */
const ACCOUNT = {
  username: '11111111-1111-4111-8111-111111111111',
  subdomain: '22222222-2222-4222-8222-222222222222',
  fulldomain: '22222222-2222-4222-8222-222222222222.auth.acme-dns.test',
  password: 'the password that only the recording knows',
};

dnsProviderRecording('acme-dns', {
  folder: import.meta.dirname,
  secrets: [ACCOUNT.password],
  zone: ACCOUNT.fulldomain,
  fqdn: ACCOUNT.fulldomain,
  async start() {
    const server = await startAcmeDns();
    server.addAccount(ACCOUNT);
    return server;
  },
  provider: (origin) => acmeDns.create(acmeDns.settings.parse({ ...ACCOUNT, serverUrl: origin }), deps),
});

async function harness(): Promise<DnsProviderHarness> {
  const server = await startAcmeDns();
  const http = createHttpFactory()({ trust: { mode: 'public' } });
  const never = new AbortController().signal;
  const accounts = new Map<string, Promise<Registration>>();
  const accountOf = (fqdn: string) => {
    const account = accounts.get(fqdn) ?? register(http, server.url, never);
    accounts.set(fqdn, account);
    return account;
  };
  const first = await register(http, server.url, never);
  const stranger = await register(http, server.url, never);

  const following = (change: (account: Registration) => Partial<Registration>): DnsProvider => {
    const providerOf = (account: Registration) => acmeDns.create(settingsOf({ ...account, ...change(account) }), deps);
    return {
      check: (signal) => providerOf(first).check(signal),
      async present(record, signal) {
        const account = await accountOf(record.fqdn);
        const fqdn = record.zone === ZONE ? account.fulldomain : record.fqdn;
        return providerOf(account).present(
          { ...record, fqdn, zone: server.domain, value: filled(record.value) },
          signal,
        );
      },
      async cleanUp(record, receipt, signal) {
        await providerOf(await accountOf(record.fqdn)).cleanUp(record, receipt, signal);
      },
    };
  };

  return {
    provider: following(() => ({})),
    another: following(() => ({})),
    zone: ZONE,
    checked: [first.fulldomain],
    denied: following(() => ({ password: stranger.password })),
    secrets: [first.password.reveal(), stranger.password.reveal()],
    unreachable: following(() => ({ serverUrl: 'http://127.0.0.1:1' })),
    async published(fqdn) {
      const { fulldomain } = await accountOf(fqdn);
      return server.values(fulldomain).map((value) => value.replace(/_+$/, ''));
    },
    async addForeign(fqdn, value) {
      const { fulldomain } = await accountOf(fqdn);
      server.set(fulldomain, filled(value));
    },
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function settingsOf({ instructions: _, ...account }: Registration) {
  return acmeDns.settings.parse(account);
}

function filled(value: string): string {
  return value.padEnd(VALUE_LENGTH, '_');
}

function unused(): never {
  throw new Error('acme-dns has no use for SSH.');
}
