import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AppError } from '../../domain/errors.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { startTcpServer } from '../../plugins/testing/tls-server.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider, TxtRecord } from '../provider.ts';
import { blueprint } from './index.ts';
import { type Answer, type BlueprintApi, startBlueprintApi } from './testing/api.ts';

// The promises of DnsProvider are checked in test/contracts/. Here is what is particular to the service.

const NEVER = new AbortController().signal;
const TOKEN = 'the token of the account';
const RECORD: TxtRecord = { fqdn: '_acme-challenge.a.example.test', value: 'v', zone: 'example.test', ttlSeconds: 60 };
const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => Promise.reject(new Error('unused')), hostKey: () => Promise.reject(new Error('unused')) },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};
let api: BlueprintApi;

beforeEach(async () => {
  api = await startBlueprintApi({ token: TOKEN, zones: ['first.test', 'second.test', 'example.test'], largestPage: 1 });
});
afterEach(() => api[Symbol.asyncDispose]());

test('a zone on the last page is found, and a value on the last page is removed', async () => {
  const provider = providerFor(api.baseUrl);
  api.addForeign(RECORD.fqdn, 'theirs');
  await provider.present(RECORD, NEVER);

  const zones = await provider.check(NEVER);
  await provider.cleanUp(RECORD, null, NEVER);

  expect(zones).toEqual(['first.test', 'second.test', 'example.test']);
  expect(api.published(RECORD.fqdn)).toEqual(['theirs']);
});

test('the same value presented twice at the same time is added once', async () => {
  await Promise.all([1, 2].map(() => providerFor(api.baseUrl).present(RECORD, NEVER)));

  expect(api.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
});

test('a zone that is not there is named beside those that are', async () => {
  const failure = await failureOf(providerFor(api.baseUrl).present({ ...RECORD, zone: 'test' }, NEVER));

  expect(failure.message).toMatch(/has no zone test\. It has first\.test, second\.test, example\.test\.$/);
});

test('two accounts in one process do not mix', async () => {
  await using other = await startBlueprintApi({ token: 'another token', zones: ['example.test'] });
  const [one, two] = [providerFor(api.baseUrl), providerFor(other.baseUrl, 'another token')];

  await Promise.all([one.present(RECORD, NEVER), two.present({ ...RECORD, value: 'w' }, NEVER)]);

  expect(api.published(RECORD.fqdn)).toEqual(['v']);
  expect(other.published(RECORD.fqdn)).toEqual(['w']);
});

describe('answers of the service', () => {
  // Fill in: the service's own words for each.
  test.each<[Answer, object]>([
    [{ status: 401 }, { code: 'DNS_DENIED' }],
    [{ status: 403 }, { code: 'DNS_DENIED' }],
    [
      { status: 422, body: { error: 'frozen' } },
      { code: 'DNS_REFUSED', evidence: { body: '{"error":"frozen"}' } },
    ],
    [
      { status: 429, headers: { 'retry-after': '90' } },
      { code: 'DNS_RATE_LIMITED', retryAfterMs: 90_000 },
    ],
    [{ status: 500 }, { code: 'DNS_UNREACHABLE' }],
    [
      { status: 200, body: '<html>' },
      { code: 'DNS_REFUSED', message: expect.stringContaining('check the URL') },
    ],
  ])('%j', async (answer, expected) => {
    api.answerNext(answer);

    expect(await failureOf(providerFor(api.baseUrl).present(RECORD, NEVER))).toMatchObject(expected);
  });

  test.each([400, 200])('%d with the token in it is shown without', async (status) => {
    api.answerNext({ status, body: `bad: ${TOKEN}` });

    const failure = await failureOf(providerFor(api.baseUrl).check(NEVER));

    expect(failure.evidence?.body).toBe('bad: ***');
  });

  test('none at all, until the call is given up', async () => {
    await using silent = await startTcpServer();
    const abort = new AbortController();
    const reason = new Error('cancelled by the test');

    const failure = failureOf(providerFor(`http://127.0.0.1:${silent.port}`).present(RECORD, abort.signal));
    await vi.waitFor(() => expect(silent.received).toContain('GET /zones'), { timeout: 10_000 });
    abort.abort(reason);

    expect(await failure).toBe(reason);
  });
});

function providerFor(baseUrl: string, token = TOKEN): DnsProvider {
  return blueprint.create(blueprint.settings.parse({ baseUrl, token }), deps);
}

function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  return outcome.then(
    () => expect.fail('It succeeded.'),
    (err) => err,
  );
}
