import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AppError } from '../../domain/errors.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { startTcpServer } from '../../plugins/testing/tls-server.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import { httpreq } from './index.ts';
import { type Answer, type HttpreqServer, startHttpreq } from './testing/api.ts';

const never = new AbortController().signal;
const RECORD = { fqdn: '_acme-challenge.cucm.example.test', value: 'value', zone: 'example.test', ttlSeconds: 60 };
const deps: PluginDeps = {
  http: createHttpFactory(),
  ssh: { open: () => Promise.reject(new Error('unused')), hostKey: () => Promise.reject(new Error('unused')) },
  clock: { ...systemClock, now: () => new Date('2026-11-22T12:00:00Z') },
  log: { debug() {}, info() {}, warn() {}, error() {} },
};
let server: HttpreqServer;

beforeEach(async () => {
  server = await startHttpreq();
});
afterEach(() => server[Symbol.asyncDispose]());

function providerOf(settings: Readonly<Record<string, unknown>>) {
  return httpreq.create(httpreq.settings.parse(settings), deps);
}

async function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  return outcome.then(
    () => expect.fail('It succeeded.'),
    (err) => err,
  );
}

test('the requests are those that lego documents', async () => {
  const provider = providerOf({ endpoint: `${server.endpoint}/` });

  await provider.present(RECORD, never);
  await provider.cleanUp(RECORD, null, never);

  const body = '{"fqdn":"_acme-challenge.cucm.example.test.","value":"value"}';
  expect(server.taken).toEqual([`POST /gateway/present ${body}`, `POST /gateway/cleanup ${body}`]);
});

describe('credentials', () => {
  test('two services with users of their own work in one process', async () => {
    const [one, two] = [
      { username: 'one', password: 'pw-one' },
      { username: 'two', password: 'pw-two' },
    ];
    await using first = await startHttpreq(one);
    await using second = await startHttpreq(two);

    await Promise.all([
      providerOf({ endpoint: first.endpoint, ...one }).present({ ...RECORD, value: 'for-one' }, never),
      providerOf({ endpoint: second.endpoint, ...two }).present({ ...RECORD, value: 'for-two' }, never),
    ]);

    expect(first.values(RECORD.fqdn)).toEqual(['for-one']);
    expect(second.values(RECORD.fqdn)).toEqual(['for-two']);
  });

  test.each([{ username: 'only' }, { password: 'only' }])('%j alone is a wrong setting', async (half) => {
    const failure = await failureOf(providerOf({ endpoint: server.endpoint, ...half }).check(never));

    expect(failure.code).toBe('INVALID_SETTINGS');
  });

  test('a password that the service repeats is taken out of its words', async () => {
    const user = { username: 'u', password: 'correct horse' };
    const header = Buffer.from('u:correct horse').toString('base64');
    server.answerNext({ status: 400, body: `correct horse, Basic ${header}` });

    const failure = await failureOf(providerOf({ endpoint: server.endpoint, ...user }).present(RECORD, never));

    expect(failure.evidence?.body).toBe('***, Basic ***');
  });
});

describe('the test button', () => {
  test.each([200, 204, 301, 404, 405])('takes %d as an answer', async (status) => {
    server.answerNext({ status });

    expect(await providerOf({ endpoint: server.endpoint }).check(never)).toEqual([]);
    expect(server.taken).toEqual([]);
  });

  test.each([
    [401, 'DNS_DENIED'],
    [403, 'DNS_DENIED'],
    [502, 'DNS_UNREACHABLE'],
  ])('fails on %d', async (status, code) => {
    server.answerNext({ status });

    const failure = await failureOf(providerOf({ endpoint: server.endpoint }).check(never));

    expect(failure.code).toBe(code);
  });
});

describe('answers', () => {
  const cases: readonly (readonly [string, Answer, object])[] = [
    [
      '429 with seconds',
      { status: 429, headers: { 'retry-after': '90' } },
      { code: 'DNS_RATE_LIMITED', retryAfterMs: 90_000 },
    ],
    [
      '429 with a date',
      { status: 429, headers: { 'retry-after': 'Sun, 22 Nov 2026 12:01:00 GMT' } },
      { code: 'DNS_RATE_LIMITED', retryAfterMs: 60_000 },
    ],
    ['429 alone', { status: 429 }, { code: 'DNS_RATE_LIMITED', retryAfterMs: undefined }],
    [
      '403',
      { status: 403, body: 'not your zone' },
      { code: 'DNS_DENIED', evidence: { status: 403, body: 'not your zone' } },
    ],
    ['422', { status: 422, body: 'frozen' }, { code: 'DNS_REFUSED', evidence: { status: 422, body: 'frozen' } }],
    ['503', { status: 503, headers: { 'retry-after': '5' } }, { code: 'DNS_UNREACHABLE', retryAfterMs: 5000 }],
    [
      'a redirect',
      { status: 308, headers: { location: 'https://new.example/' } },
      { code: 'DNS_REFUSED', message: expect.stringContaining('https://new.example/') },
    ],
  ];
  test.each(cases)('%s', async (_, answer, expected) => {
    server.answerNext(answer);

    const failure = await failureOf(providerOf({ endpoint: server.endpoint }).present(RECORD, never));

    expect(failure).toMatchObject(expected);
  });

  test('a long answer is cut', async () => {
    server.answerNext({ status: 400, body: 'x'.repeat(5000) });

    const failure = await failureOf(providerOf({ endpoint: server.endpoint }).present(RECORD, never));

    expect(failure.evidence?.body).toHaveLength(2000);
  });

  test('none at all, until the call is given up', async () => {
    await using silent = await startTcpServer();
    const abort = new AbortController();
    const reason = new Error('cancelled by the test');

    const outcome = providerOf({ endpoint: `http://127.0.0.1:${silent.port}` }).present(RECORD, abort.signal);
    const failure = failureOf(outcome);
    await vi.waitFor(() => expect(silent.received).toContain('POST /present'), { timeout: 10_000 });
    abort.abort(reason);

    expect(await failure).toBe(reason);
  });
});
