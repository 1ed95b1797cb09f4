import { DigitalOcean } from 'digitalocean-js';
import { instance } from 'digitalocean-js/src/lib/axios-instance.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../domain/errors.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider, TxtRecord } from '../provider.ts';
import { digitalocean } from './index.ts';
import { DigitalOceanApi, type DigitalOceanOptions, digitalOceanError } from './testing/api.ts';

const NEVER = new AbortController().signal;
const TOKEN = 'dop_v1_of_the_first_account_0123456789abcdef';
const ZONE = 'example.test';
const RECORD: TxtRecord = { fqdn: '_acme-challenge.host.example.test', value: 'value', ttlSeconds: 10, zone: ZONE };
const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => Promise.reject(new Error('unused')), hostKey: () => Promise.reject(new Error('unused')) },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};

let api: DigitalOceanApi;

beforeEach(async () => {
  api = await start({});
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await api[Symbol.asyncDispose]();
});

describe('digitalocean-js', () => {
  test('two accounts in one process do not mix, also when they work at the same time', async () => {
    const other = 'dop_v1_of_the_second_account_fedcba98765432';
    await using second = await start({ tokens: { [other]: 'all' } });
    const [one, two] = [providerFor(api), providerFor(second, other)];
    const numbers = Array.from({ length: 8 }, (_, at) => at);

    const receipts = await Promise.all(
      numbers.flatMap((number) => [
        one.present({ ...RECORD, value: `one-${number}` }, fresh()),
        two.present({ ...RECORD, value: `two-${number}` }, fresh()),
      ]),
    );
    const published = [api.published(RECORD.fqdn).sort(), second.published(RECORD.fqdn).sort()];
    await Promise.all(
      numbers.flatMap((number) => [
        one.cleanUp({ ...RECORD, value: `one-${number}` }, receipts[2 * number] ?? null, fresh()),
        two.cleanUp({ ...RECORD, value: `two-${number}` }, receipts[2 * number + 1] ?? null, fresh()),
      ]),
    );

    expect(published).toEqual([numbers.map((number) => `one-${number}`), numbers.map((number) => `two-${number}`)]);
    expect([...api.published(RECORD.fqdn), ...second.published(RECORD.fqdn)]).toEqual([]);
  });

  test('an account that does not answer holds up no other', async () => {
    await using second = await start({});
    const abort = new AbortController();
    api.answerNext('as usual', 'silence');

    const stuck = providerFor(api).present(RECORD, abort.signal);
    stuck.catch(() => {});
    await vi.waitFor(() => expect(api.requests).toHaveLength(2), { timeout: 10_000 });
    await providerFor(second).present(RECORD, NEVER);
    abort.abort(new Error('enough'));

    await expect(stuck).rejects.toThrow('enough');
    expect(second.published(RECORD.fqdn)).toEqual(['value']);
  });

  test('the client that all its users share never holds the token', async () => {
    await providerFor(api).present(RECORD, NEVER);

    expect(JSON.stringify(instance.defaults)).toContain('Bearer');
    expect(JSON.stringify(instance.defaults)).not.toContain(TOKEN);
  });

  test('a request outside of a call does not get to the network', async () => {
    await providerFor(api).present(RECORD, NEVER);
    const before = api.requests.length;

    const outcome = new DigitalOcean(TOKEN, api.baseUrl).domainRecords.getAllDomainRecords(ZONE);

    await expect(outcome).rejects.toThrow('outside of a call');
    expect(api.requests).toHaveLength(before);
  });

  test('a proxy in the environment is not used', async () => {
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1');

    await providerFor(api).present(RECORD, NEVER);

    expect(api.published(RECORD.fqdn)).toEqual(['value']);
  });
});

describe('zones', () => {
  test('a team with many pages of domains is read to its end, and no further', async () => {
    const domains = Array.from({ length: 7 }, (_, at) => `zone${at}.test`);
    await using paged = await start({ domains, largestPage: 3 });

    const zones = await providerFor(paged).check(NEVER);

    expect(zones).toEqual(domains);
    expect(paged.requests).toHaveLength(3);
  });

  test('a domain that the team does not have is named, with those that it has', async () => {
    const failure = await failureOf(providerFor(api).present({ ...RECORD, zone: 'host.example.test' }, NEVER));

    expect(failure).toMatchObject({ code: 'DNS_ZONE_NOT_FOUND' });
    expect(failure.message).toBe(
      'The DigitalOcean account has no domain host.example.test. It has example.test, another.test.',
    );
  });
});

describe('records', () => {
  test('the name is written relative to the domain, with a TTL that the service takes', async () => {
    await providerFor(api).present(RECORD, NEVER);

    expect(api.records(RECORD.fqdn)).toMatchObject([
      { type: 'TXT', name: '_acme-challenge.host', data: 'value', ttl: 30 },
    ]);
  });

  test('a record at the name of the domain itself is published and removed', async () => {
    const apex = { ...RECORD, fqdn: ZONE };

    const receipt = await providerFor(api).present(apex, NEVER);
    const published = api.published(ZONE);
    await providerFor(api).cleanUp(apex, receipt, NEVER);

    expect(published).toEqual(['value']);
    expect(api.published(ZONE)).toEqual([]);
  });

  test('a value on the third page of its name is found', async () => {
    await using paged = await start({ largestPage: 2 });
    for (const value of ['1', '2', '3', '4', 'value']) paged.addForeign(RECORD.fqdn, value);

    await providerFor(paged).cleanUp(RECORD, null, NEVER);

    expect(paged.published(RECORD.fqdn)).toEqual(['1', '2', '3', '4']);
  });

  test('the token goes to the URL of the settings only, whatever a page names as the next', async () => {
    await using paged = await start({ largestPage: 1 });
    paged.addForeign(RECORD.fqdn, 'foreign');
    paged.addForeign(RECORD.fqdn, 'value');

    await providerFor(paged).cleanUp(RECORD, null, NEVER);

    expect(paged.requests.map(({ method, url }) => `${method} ${url.searchParams.get('page')}`)).toEqual([
      'GET 1',
      'GET 2',
      'DELETE null',
    ]);
  });

  test('a record that somebody gave another value stays, though it has the id of the receipt', async () => {
    const receipt = await providerFor(api).present(RECORD, NEVER);
    api.change(RECORD.fqdn, 'of somebody else');

    await providerFor(api).cleanUp(RECORD, receipt, NEVER);

    expect(api.published(RECORD.fqdn)).toEqual(['of somebody else']);
  });

  test('with a receipt nothing is listed', async () => {
    const receipt = await providerFor(api).present(RECORD, NEVER);
    const before = api.requests.length;

    await providerFor(api).cleanUp(RECORD, receipt, NEVER);

    const sent = api.requests.slice(before).map(({ method, url }) => `${method} ${url.pathname.replace(/\d+$/, 'id')}`);
    expect(sent).toEqual(['GET /v2/domains/example.test/records/id', 'DELETE /v2/domains/example.test/records/id']);
  });

  test('an alias in the way is refused in the words of DigitalOcean', async () => {
    api.addForeign(RECORD.fqdn, 'elsewhere.test.', 'CNAME');

    const failure = await failureOf(providerFor(api).present(RECORD, NEVER));

    expect(failure).toMatchObject({
      code: 'DNS_REFUSED',
      evidence: { status: 422, body: expect.stringContaining('CNAME records cannot share a name') },
    });
  });

  test('a token that may only read is denied', async () => {
    await using readOnly = await start({ tokens: { [TOKEN]: ['domain:read'] } });

    const failure = await failureOf(providerFor(readOnly).present(RECORD, NEVER));

    expect(failure).toMatchObject({ code: 'DNS_DENIED', evidence: { status: 403 } });
  });
});

describe('failures', () => {
  test('too many requests: at once, with the time that DigitalOcean names', async () => {
    const limited = digitalOceanError(429, 'too_many_requests', 'API rate limit exceeded.');
    api.answerNext('as usual', { ...limited, headers: { 'retry-after': '40' } });

    const failure = await failureOf(providerFor(api).present(RECORD, NEVER));

    expect(failure).toMatchObject({ code: 'DNS_RATE_LIMITED', retryAfterMs: 40_000, evidence: { status: 429 } });
    expect(api.requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  test.each([
    [
      'an error of the service',
      digitalOceanError(500, 'server_error', 'Unexpected server-side error'),
      'DNS_UNREACHABLE',
    ],
    ['a gateway without JSON', { status: 502, body: '<html>Bad gateway</html>' }, 'DNS_UNREACHABLE'],
    ['a login page', { status: 200, body: '<html>Please log in</html>' }, 'DNS_REFUSED'],
    ['JSON of something else', { status: 200, body: { domain_record: { id: 'seven' } } }, 'DNS_REFUSED'],
    ['JSON that is no object', { status: 200, body: 'null' }, 'DNS_REFUSED'],
    ['a redirect', { status: 302, headers: { location: 'https://example.test/' } }, 'DNS_REFUSED'],
  ] as const)('%s is %s, for a list and for a write', async (_, answer, code) => {
    api.answerNext(answer, 'as usual', answer);

    const listing = await failureOf(providerFor(api).present(RECORD, NEVER));
    const writing = await failureOf(providerFor(api).present(RECORD, NEVER));

    expect([listing.code, writing.code]).toEqual([code, code]);
    expect(api.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
  });

  test.each(['with a space in the middle', 'pasted-from-a-screen-…'])('the token "%s" is denied', async (token) => {
    const failure = await failureOf(providerFor(api, token).check(NEVER));

    expect(failure.code).toBe('DNS_DENIED');
    expect(api.requests).toEqual([]);
  });

  test('a token with white space around it is taken', async () => {
    expect(await providerFor(api, ` ${TOKEN}\n`).check(NEVER)).toContain(ZONE);
  });

  test('a token that the service repeats does not get into the evidence', async () => {
    api.answerNext('as usual', digitalOceanError(403, 'forbidden', `Not with ${TOKEN}`));

    const failure = await failureOf(providerFor(api).present(RECORD, NEVER));

    expect(failure.evidence?.body).toContain('Not with ***');
    expect(`${failure.message} ${JSON.stringify(failure.toFailure())} ${String(failure.cause)}`).not.toContain(TOKEN);
  });

  test('a write that waits for an answer ends with the reason of the signal', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled by the test');
    api.answerNext('as usual', 'silence');

    const outcome = providerFor(api).present(RECORD, abort.signal);
    outcome.catch(() => {});
    await vi.waitFor(() => expect(api.requests).toHaveLength(2), { timeout: 10_000 });
    abort.abort(reason);

    await expect(outcome).rejects.toBe(reason);
  });

  test('a service that takes longer than the limit is unreachable', async () => {
    api.answerNext('as usual', 'silence');
    const impatient = {
      ...deps,
      http: (options: Parameters<PluginDeps['http']>[0]) => deps.http({ ...options, timeoutMs: 1_000 }),
    };

    const failure = await failureOf(providerFor(api, TOKEN, impatient).present(RECORD, NEVER));

    expect(failure).toMatchObject({ code: 'DNS_UNREACHABLE' });
  });
});

function start(options: Partial<DigitalOceanOptions>): Promise<DigitalOceanApi> {
  return DigitalOceanApi.start({ tokens: { [TOKEN]: 'all' }, domains: [ZONE, 'another.test'], ...options });
}

function providerFor({ baseUrl }: DigitalOceanApi, token = TOKEN, withDeps = deps): DnsProvider {
  return digitalocean.create(digitalocean.settings.parse({ baseUrl, token }), withDeps);
}

function fresh(): AbortSignal {
  return new AbortController().signal;
}

async function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  const err = await outcome.then(
    () => expect.fail('It succeeded.'),
    (reason: unknown) => reason,
  );
  if (!(err instanceof AppError)) throw err;
  return err;
}
