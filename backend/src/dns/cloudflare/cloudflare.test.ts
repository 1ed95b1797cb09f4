import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../domain/errors.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider, TxtRecord } from '../provider.ts';
import { cloudflare } from './index.ts';
import { CloudflareApi, type CloudflareOptions, type CloudflareToken, cloudflareError } from './testing/api.ts';

const NEVER = new AbortController().signal;
const TOKEN = 'token-of-the-first-account-0123456789';
const ZONE = 'example.test';
const RECORD: TxtRecord = { fqdn: '_acme-challenge.host.example.test', value: 'value', ttlSeconds: 30, zone: ZONE };
const NOW = new Date('2026-11-22T12:00:00Z');
const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => Promise.reject(new Error('unused')), hostKey: () => Promise.reject(new Error('unused')) },
  clock: { ...systemClock, now: () => NOW },
  log: { debug() {}, info() {}, warn() {}, error() {} },
};

let api: CloudflareApi;

beforeEach(async () => {
  api = await start({});
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await api[Symbol.asyncDispose]();
});

describe('zones', () => {
  test('an account with many pages of zones is read to its end, and no further', async () => {
    const names = Array.from({ length: 7 }, (_, at) => `zone${at}.test`);
    await using paged = await start({ zones: names, largestPage: 3 });

    const zones = await providerFor(paged).check(NEVER);

    expect(zones).toEqual(names);
    expect(paged.requests.filter(({ url }) => url.pathname.endsWith('/zones'))).toHaveLength(3);
  });

  test('a zone that the token does not see is named, with those that it sees', async () => {
    const failure = await failureOf(providerFor(api).present({ ...RECORD, zone: 'host.example.test' }, NEVER));

    expect(failure).toMatchObject({ code: 'DNS_ZONE_NOT_FOUND' });
    expect(failure.message).toBe(
      'The Cloudflare token sees no zone host.example.test. It sees another.test, example.test.',
    );
  });

  test('of two zones with one name the active one is written', async () => {
    const token = { token: TOKEN, zones: [ZONE] };
    const zones = [
      { name: ZONE, status: 'moved' },
      { name: ZONE, status: 'active' },
    ] as const;
    await using twice = await CloudflareApi.start({ tokens: [token], zones });

    await providerFor(twice).present(RECORD, NEVER);

    expect(twice.zoneStatusOf(RECORD.fqdn)).toEqual(['active']);
  });
});

describe('check', () => {
  test('leaves out zones whose records the token may not read', async () => {
    const dns = (zone: string) => (zone === ZONE ? 'edit' : 'none');
    await using partly = await start({ token: { dns } });

    expect(await providerFor(partly).check(NEVER)).toEqual([ZONE]);
  });

  test('of a token without a DNS permission says which one is missing', async () => {
    await using zonesOnly = await start({ token: { dns: 'none' } });

    const failure = await failureOf(providerFor(zonesOnly).check(NEVER));

    expect(failure).toMatchObject({ code: 'DNS_DENIED', message: expect.stringContaining('DNS:Edit') });
  });

  test('of a token that sees no zone says which permission is missing', async () => {
    await using blind = await start({ token: { zones: [] } });

    const failure = await failureOf(providerFor(blind).check(NEVER));

    expect(failure).toMatchObject({ code: 'DNS_DENIED', message: expect.stringContaining('Zone:Read') });
  });
});

describe('records', () => {
  test('a TTL that is too short for Cloudflare is raised', async () => {
    await providerFor(api).present(RECORD, NEVER);

    expect(api.records(RECORD.fqdn)).toMatchObject([{ type: 'TXT', content: '"value"', ttl: 60 }]);
  });

  test('a value on the third page of its name is found', async () => {
    await using paged = await start({ largestPage: 2 });
    for (const value of ['1', '2', '3', '4', 'value']) paged.addForeign(RECORD.fqdn, `"${value}"`);

    await providerFor(paged).cleanUp(RECORD, null, NEVER);

    expect(paged.published(RECORD.fqdn)).toEqual(['1', '2', '3', '4']);
  });

  test('a value that somebody typed without quotes counts as there', async () => {
    api.addForeign(RECORD.fqdn, 'value');

    await providerFor(api).present(RECORD, NEVER);

    expect(api.records(RECORD.fqdn)).toHaveLength(1);
  });

  test('a value that appears between the look and the write counts as there', async () => {
    const nothing = { result: [], success: true, errors: [], messages: [], result_info: { total_pages: 0 } };
    api.addForeign(RECORD.fqdn, '"value"');
    api.answerNext('as usual', { status: 200, body: nothing });

    const receipt = await providerFor(api).present(RECORD, NEVER);

    expect(receipt.handle).toMatchObject({ recordId: api.records(RECORD.fqdn)[0]?.id });
  });

  test('a record that somebody gave another value stays, though it has the id of the receipt', async () => {
    const receipt = await providerFor(api).present(RECORD, NEVER);
    api.change(RECORD.fqdn, '"of somebody else"');

    await providerFor(api).cleanUp(RECORD, receipt, NEVER);

    expect(api.published(RECORD.fqdn)).toEqual(['of somebody else']);
  });

  test('with a receipt the zone is not looked up again', async () => {
    const receipt = await providerFor(api).present(RECORD, NEVER);
    const before = api.requests.length;

    await providerFor(api).cleanUp(RECORD, receipt, NEVER);

    expect(api.requests.slice(before).map(({ method }) => method)).toEqual(['GET', 'DELETE']);
  });

  test('an alias in the way is refused in the words of Cloudflare', async () => {
    api.addForeign(RECORD.fqdn, 'elsewhere.test', 'CNAME');

    const failure = await failureOf(providerFor(api).present(RECORD, NEVER));

    expect(failure).toMatchObject({ code: 'DNS_REFUSED', evidence: { status: 400 } });
    expect(failure.message).toContain('A CNAME record with that host already exists. (81054)');
  });

  test('a token that may only read is denied', async () => {
    await using readOnly = await start({ token: { dns: 'read' } });

    const failure = await failureOf(providerFor(readOnly).present(RECORD, NEVER));

    expect(failure).toMatchObject({ code: 'DNS_DENIED', evidence: { status: 403 } });
  });
});

describe('accounts', () => {
  test('two in one process do not mix, also when they work at the same time', async () => {
    const other = 'token-of-the-second-account-987654321';
    await using second = await start({ token: { token: other } });
    const [one, two] = [providerFor(api), providerFor(second, other)];
    const values = Array.from({ length: 8 }, (_, at) => `value-${at}`);

    await Promise.all(
      values.flatMap((value) => [
        one.present({ ...RECORD, value: `one-${value}` }, new AbortController().signal),
        two.present({ ...RECORD, value: `two-${value}` }, new AbortController().signal),
      ]),
    );

    expect(api.published(RECORD.fqdn).sort()).toEqual(values.map((value) => `one-${value}`));
    expect(second.published(RECORD.fqdn).sort()).toEqual(values.map((value) => `two-${value}`));
  });

  test('the environment of the SDK has no effect', async () => {
    vi.stubEnv('CLOUDFLARE_BASE_URL', 'http://127.0.0.1:1');
    vi.stubEnv('CLOUDFLARE_API_KEY', 'key-of-somebody');
    vi.stubEnv('CLOUDFLARE_EMAIL', 'somebody@example.test');
    vi.stubEnv('CLOUDFLARE_CUSTOM_HEADERS', 'authorization: Bearer of-somebody\nx-custom: 1');

    await providerFor(api).present(RECORD, NEVER);

    const sent = api.requests.flatMap(({ headers }) => Object.keys(headers));
    const known = ['accept', 'authorization', 'connection', 'content-length', 'content-type', 'host', 'user-agent'];
    expect([...new Set(sent)].filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('failures', () => {
  test('too many requests: at once, with the time that Cloudflare names', async () => {
    api.answerNext({ ...cloudflareError(429, 971, 'Please wait.'), headers: { 'retry-after': '240' } });

    const failure = await failureOf(providerFor(api).present(RECORD, NEVER));

    expect(failure).toMatchObject({ code: 'DNS_RATE_LIMITED', retryAfterMs: 240_000, evidence: { status: 429 } });
    expect(api.requests).toHaveLength(1);
  });

  test.each([
    ['an error of the service', cloudflareError(500, 1001, 'Unable to connect'), 'DNS_UNREACHABLE'],
    ['a gateway without JSON', { status: 502, body: '<html>Bad gateway</html>' }, 'DNS_UNREACHABLE'],
    ['a login page', { status: 200, body: '<html>Please log in</html>' }, 'DNS_REFUSED'],
    ['JSON of something else', { status: 200, body: { success: true, result: { id: 7 } } }, 'DNS_REFUSED'],
    ['a failure with status 200', { ...cloudflareError(200, 1, 'No.'), status: 200 }, 'DNS_REFUSED'],
    ['a redirect', { status: 302, headers: { location: 'https://example.test/' } }, 'DNS_REFUSED'],
    ['a refusal in HTML', { status: 403, body: '<html>Blocked</html>' }, 'DNS_DENIED'],
  ] as const)('%s is %s', async (_, answer, code) => {
    api.answerNext(answer);

    const failure = await failureOf(providerFor(api).present(RECORD, NEVER));

    expect(failure).toMatchObject({ code });
    expect(api.requests).toHaveLength(1);
  });

  test.each(['short', 'with a space in the middle', 'pasted-from-a-screen-…'])(
    'the token "%s" is denied',
    async (token) => {
      const failure = await failureOf(providerFor(api, token).check(NEVER));

      expect(failure.code).toBe('DNS_DENIED');
    },
  );

  test('a token with white space around it is taken', async () => {
    expect(await providerFor(api, ` ${TOKEN}\n`).check(NEVER)).toContain(ZONE);
  });

  test('a token that the service repeats does not get into the evidence', async () => {
    api.answerNext(cloudflareError(403, 9109, `Invalid access token ${TOKEN}`));

    const failure = await failureOf(providerFor(api).check(NEVER));

    expect(failure.evidence?.body).toContain('Invalid access token ***');
    expect(`${failure.message} ${JSON.stringify(failure.toFailure())} ${String(failure.cause)}`).not.toContain(TOKEN);
  });

  test('a call that waits for an answer ends with the reason of the signal', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled by the test');
    api.answerNext('as usual', 'silence');

    const outcome = providerFor(api).present(RECORD, abort.signal);
    outcome.catch(() => {});
    await vi.waitFor(() => expect(api.requests).toHaveLength(2), { timeout: 10_000 });
    abort.abort(reason);

    await expect(outcome).rejects.toBe(reason);
    expect(api.published(RECORD.fqdn)).toEqual([]);
  });
});

interface Scene {
  readonly zones?: readonly string[];
  readonly token?: Partial<CloudflareToken>;
  readonly largestPage?: number;
}

function start({ zones = [ZONE, 'another.test'], token = {}, ...more }: Scene): Promise<CloudflareApi> {
  const options: CloudflareOptions = {
    tokens: [{ token: TOKEN, zones, ...token }],
    zones: [...zones, 'of-somebody-else.test'].map((name) => ({ name })),
    ...more,
  };
  return CloudflareApi.start(options);
}

function providerFor({ baseUrl }: CloudflareApi, apiToken = TOKEN): DnsProvider {
  return cloudflare.create(cloudflare.settings.parse({ baseUrl, apiToken }), deps);
}

async function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  const err = await outcome.then(
    () => expect.fail('It succeeded.'),
    (reason: unknown) => reason,
  );
  if (!(err instanceof AppError)) throw err;
  return err;
}
