import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppError } from '../../domain/errors.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { HttpClient } from '../../plugins/http.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { TxtRecord } from '../provider.ts';
import { acmeDns } from './index.ts';
import { type Registration, register } from './register.ts';
import { type AcmeDnsServer, startAcmeDns } from './testing/api.ts';

const never = new AbortController().signal;
const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => Promise.reject(new Error('unused')), hostKey: () => Promise.reject(new Error('unused')) },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};
const APEX = 'a'.repeat(43);
const WILDCARD = 'w'.repeat(43);
let server: AcmeDnsServer;
let http: HttpClient;

beforeAll(async () => {
  server = await startAcmeDns();
  http = createHttpFactory()({ trust: { mode: 'public' } });
});
afterAll(async () => {
  await http[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function providerOf(account: Partial<Registration>, more: { nameServer?: string } = {}) {
  const { instructions: _, ...fields } = account;
  return acmeDns.create(acmeDns.settings.parse({ ...fields, ...more }), deps);
}

function recordOf(account: Registration, value: string): TxtRecord {
  return { fqdn: account.fulldomain, value, zone: server.domain, ttlSeconds: 60 };
}

async function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  return outcome.then(
    () => expect.fail('It succeeded.'),
    (err) => err,
  );
}

describe('register', () => {
  test('returns an account that works, and says which CNAME to publish', async () => {
    const account = await register(http, `${server.url}/`, never);

    expect(await providerOf(account).check(never)).toEqual([account.fulldomain]);
    expect(account.fulldomain).toBe(`${account.subdomain}.${server.domain}`);
    expect(account.instructions).toContain(`_acme-challenge.<name>. CNAME ${account.fulldomain}.`);
    expect(JSON.stringify(account)).not.toContain(account.password.reveal());
  });

  test('names a server that takes no registrations', async () => {
    server.answerNext({ status: 404, body: '404 page not found' });

    const failure = await failureOf(register(http, server.url, never));

    expect(failure).toMatchObject({ code: 'DNS_REFUSED', evidence: { status: 404, body: '404 page not found' } });
  });

  test('shows nothing of an answer that it does not understand: it may hold a password', async () => {
    server.answerNext({ status: 201, body: '{"username":"u","password":"hidden-password"}' });

    const failure = await failureOf(register(http, server.url, never));

    expect(failure.code).toBe('DNS_REFUSED');
    expect(JSON.stringify(failure.toFailure())).not.toContain('hidden-password');
  });
});

describe('an account', () => {
  test.each([
    ['password', (other: Registration) => ({ password: other.password })],
    ['user name', (other: Registration) => ({ username: other.username })],
    ['subdomain', (other: Registration) => ({ subdomain: other.subdomain })],
  ])('with the %s of another one is denied, without its password in the words', async (_, change) => {
    const account = await register(http, server.url, never);
    const other = await register(http, server.url, never);
    const provider = providerOf({ ...account, ...change(other) });

    const failures = [
      await failureOf(provider.check(never)),
      await failureOf(provider.present(recordOf(account, APEX), never)),
    ];

    expect(failures.map(({ code }) => code)).toEqual(['DNS_DENIED', 'DNS_DENIED']);
    const words = failures.map((failure) => JSON.stringify(failure.toFailure())).join();
    expect(words).toContain('forbidden');
    for (const { password } of [account, other]) expect(words).not.toContain(password.reveal());
    expect(server.values(account.fulldomain)).toEqual([]);
  });

  test('two of them work in one process', async () => {
    const [one, two] = [await register(http, server.url, never), await register(http, server.url, never)];

    await Promise.all([
      providerOf(one).present(recordOf(one, APEX), never),
      providerOf(two).present(recordOf(two, WILDCARD), never),
    ]);

    expect(server.values(one.fulldomain)).toEqual([APEX]);
    expect(server.values(two.fulldomain)).toEqual([WILDCARD]);
  });

  test('that is asked for a name without the CNAME says which one is missing', async () => {
    const account = await register(http, server.url, never);
    const record = { ...recordOf(account, APEX), fqdn: '_acme-challenge.cucm.example.com', zone: 'example.com' };

    const failure = await failureOf(providerOf(account).present(record, never));

    expect(failure.code).toBe('DNS_ZONE_NOT_FOUND');
    expect(failure.message).toContain(`_acme-challenge.cucm.example.com. CNAME ${account.fulldomain}.`);
  });
});

describe('a value that is there already', () => {
  test('is not sent again, so that its neighbour stays', async () => {
    const account = await register(http, server.url, never);
    const provider = providerOf(account, { nameServer: server.nameServer });
    await provider.present(recordOf(account, APEX), never);
    await provider.present(recordOf(account, WILDCARD), never);

    await provider.present(recordOf(account, WILDCARD), never);

    expect(server.values(account.fulldomain)).toEqual([APEX, WILDCARD]);
  });

  test('is sent when the DNS side cannot be asked', async () => {
    const account = await register(http, server.url, never);
    const provider = providerOf(account, { nameServer: '127.0.0.1:1' });

    await provider.present(recordOf(account, APEX), never);

    expect(server.values(account.fulldomain)).toEqual([APEX]);
  });
});

describe('answers of the server', () => {
  test.each([
    ['429', { status: 429, headers: { 'retry-after': '120' } }, { code: 'DNS_RATE_LIMITED', retryAfterMs: 120_000 }],
    ['403', { status: 403 }, { code: 'DNS_DENIED' }],
    [
      '400',
      { status: 400, body: '{"error":"bad_txt"}' },
      { code: 'DNS_REFUSED', evidence: { body: '{"error":"bad_txt"}' } },
    ],
    ['500', { status: 500, body: '{"error":"db_error"}' }, { code: 'DNS_UNREACHABLE', evidence: { status: 500 } }],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere' } }, { code: 'DNS_REFUSED' }],
    ['a web page', { status: 200, body: '<html>' }, { code: 'DNS_REFUSED', evidence: { body: '<html>' } }],
    ['another value', { status: 200, body: `{"txt":"${WILDCARD}"}` }, { code: 'DNS_REFUSED' }],
  ])('%s', async (_, answer, expected) => {
    const account = await register(http, server.url, never);
    server.answerNext(answer);

    const failure = await failureOf(providerOf(account).present(recordOf(account, APEX), never));

    expect(failure).toMatchObject(expected);
  });

  test('the password is taken out of its words', async () => {
    const account = await register(http, server.url, never);
    server.answerNext({ status: 400, body: `wrong: ${account.password.reveal()}` });

    const failure = await failureOf(providerOf(account).present(recordOf(account, APEX), never));

    expect(failure.evidence?.body).toBe('wrong: ***');
  });
});

test('clean-up does nothing, also with a receipt from before', async () => {
  const account = await register(http, server.url, never);
  const provider = providerOf(account);
  const receipt = await provider.present(recordOf(account, APEX), never);

  await provider.cleanUp(recordOf(account, APEX), receipt, never);
  await provider.cleanUp(recordOf(account, APEX), null, never);

  expect(server.values(account.fulldomain)).toEqual([APEX]);
});
