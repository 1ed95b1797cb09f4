import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../plugins/clock.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider, TxtRecord } from '../provider.ts';
import { google } from './index.ts';
import { type GoogleAnswer, type GoogleServer, makeServiceAccount, startGoogle } from './testing/api.ts';

const NEVER = new AbortController().signal;
const FQDN = '_acme-challenge.host.example.test';
const RECORD: TxtRecord = { fqdn: FQDN, value: 'value', ttlSeconds: 45, zone: 'example.test' };
const isChange = (request: string) => request.startsWith('POST ') && request.endsWith('/changes');
const isLogin = (request: string) => request === 'POST /token';
const changePolls = (request: string) => request.includes('/changes/');

const ONE = makeServiceAccount('project-one', [
  { id: 'inner', name: 'inner.test', visibility: 'private' },
  { id: 'blue', name: 'twice.test' },
  { id: 'green', name: 'twice.test' },
  { id: 'example-test', name: 'example.test' },
]);
const TWO = makeServiceAccount('project-two', [{ id: 'two-test', name: 'two.test' }]);

let server: GoogleServer;

beforeEach(async () => {
  server = await startGoogle([ONE.account, TWO.account]);
  server.pendingMs = 0;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
});

function provider(settings: object = {}, { key = ONE.key, clock = systemClock as Clock } = {}): DnsProvider {
  const addresses = { apiEndpoint: `${server.url}/`, tokenUri: `${server.url}/token` };
  const given = { keyJson: JSON.stringify(key), ...addresses, ...settings };
  return google.create(google.settings.parse(given), {
    http: createHttpFactory(),
    ssh: { open: unused, hostKey: unused },
    clock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

test('a zone that is missing or private is named, with the zones that are there', async () => {
  for (const zone of ['missing.test', 'inner.test']) {
    const outcome = provider().present({ ...RECORD, fqdn: `_acme-challenge.${zone}`, zone }, NEVER);

    await expect(outcome).rejects.toMatchObject({
      code: 'DNS_ZONE_NOT_FOUND',
      message: expect.stringMatching(`${zone}.*It has: example.test, twice.test.$`),
    });
  }
});

test('two zones of one name are not guessed; the setting decides', async () => {
  const record = { ...RECORD, fqdn: '_acme-challenge.twice.test', zone: 'twice.test' };

  const outcome = provider().present(record, NEVER);

  await expect(outcome).rejects.toMatchObject({
    code: 'DNS_ZONE_NOT_FOUND',
    message: expect.stringContaining('blue, green'),
  });
  await provider({ managedZone: 'green' }).present(record, NEVER);
  expect(server.requests.filter(isChange)).toEqual(['POST /dns/v1/projects/project-one/managedZones/green/changes']);
});

test('what others keep at the name stays as it is: values, their strings and TTL', async () => {
  const theirs = ['"a b" "c"', String.raw`"\"quoted\""`];
  server.put(FQDN, { ttl: 7200, rrdatas: theirs });

  await provider().present(RECORD, NEVER);
  const meanwhile = server.setOf(FQDN);
  await provider().cleanUp(RECORD, null, NEVER);

  expect(meanwhile).toEqual({ ttl: 7200, rrdatas: [...theirs, '"value"'] });
  expect(server.setOf(FQDN)).toEqual({ ttl: 7200, rrdatas: theirs });
});

test('a new set has the TTL that is asked for, and goes with its last value', async () => {
  await provider().present(RECORD, NEVER);

  expect(server.setOf(FQDN)).toEqual({ ttl: 45, rrdatas: ['"value"'] });
  await provider().cleanUp(RECORD, null, NEVER);
  expect(server.setOf(FQDN)).toBeUndefined();
});

test('present waits until the name servers know the change', async () => {
  server.pendingMs = 150;

  await provider().present(RECORD, NEVER);

  expect(server.published(FQDN)).toEqual(['value']);
  expect(server.requests.filter(changePolls).length).toBeGreaterThan(1);
});

test('a change that never ends is DNS_UNREACHABLE, after a minute', async () => {
  server.pendingMs = Number.POSITIVE_INFINITY;
  let now = Date.now();
  const clock: Clock = {
    now: () => new Date(now),
    sleepUntil: async (instant) => {
      now = instant.getTime();
    },
  };
  const started = now;

  const outcome = provider({}, { clock }).present(RECORD, NEVER);

  await expect(outcome).rejects.toMatchObject({ code: 'DNS_UNREACHABLE', message: expect.stringContaining('60 s') });
  expect(now - started).toBeLessThan(65_000);
});

test.each([
  ['creates', null],
  ['changes', { ttl: 60, rrdatas: ['"earlier"'] }],
])('a value that somebody else %s between reading and writing survives', async (_what, earlier) => {
  server.put(FQDN, earlier);
  once(isChange, () => server.put(FQDN, { ttl: 60, rrdatas: ['"foreign"'] }));

  await provider().present(RECORD, NEVER);

  expect(server.setOf(FQDN)?.rrdatas).toEqual(['"foreign"', '"value"']);
});

test('a set that somebody else removes between reading and writing is made anew', async () => {
  server.put(FQDN, { ttl: 60, rrdatas: ['"earlier"'] });
  once(isChange, () => server.put(FQDN, null));

  await provider().present(RECORD, NEVER);

  expect(server.setOf(FQDN)).toEqual({ ttl: 45, rrdatas: ['"value"'] });
});

test('a value that somebody else adds before the set is removed survives', async () => {
  await provider().present(RECORD, NEVER);
  once(isChange, () => server.put(FQDN, { ttl: 45, rrdatas: ['"value"', '"foreign"'] }));

  await provider().cleanUp(RECORD, null, NEVER);

  expect(server.setOf(FQDN)?.rrdatas).toEqual(['"foreign"']);
});

test('when others are always faster, it is tried again later', async () => {
  let count = 0;
  server.onRequest = (request) => {
    count += 1;
    if (isChange(request)) server.put(FQDN, { ttl: 60, rrdatas: [`"foreign ${count}"`] });
  };

  const outcome = provider().present(RECORD, NEVER);

  await expect(outcome).rejects.toMatchObject({
    code: 'DNS_RATE_LIMITED',
    evidence: { status: 412, body: expect.stringContaining('conditionNotMet') },
  });
  expect(server.requests.filter(isChange)).toHaveLength(10);
});

test('a conflict that is no change of the set is told at once', async () => {
  server.disturb(isChange, { status: 409, body: 'There is a CNAME.' }, 10);

  const outcome = provider().present(RECORD, NEVER);

  await expect(outcome).rejects.toMatchObject({ code: 'DNS_REFUSED', evidence: { body: 'There is a CNAME.' } });
  expect(server.requests.filter(isChange)).toHaveLength(1);
});

test('six values presented at the same time by different instances are all published', async () => {
  const values = ['1', '2', '3', '4', '5', '6'];

  await Promise.all(values.map((value) => provider().present({ ...RECORD, value }, new AbortController().signal)));

  expect([...server.published(FQDN)].sort()).toEqual(values);
});

test('a set with a routing policy is left alone', async () => {
  server.put(FQDN, { ttl: 60, rrdatas: [], routingPolicy: { geo: {} } });

  await expect(provider().present(RECORD, NEVER)).rejects.toMatchObject({ code: 'DNS_REFUSED' });
  expect(server.requests.filter(isChange)).toEqual([]);
});

const LIMIT = JSON.stringify({ error: { code: 403, message: 'Slow', errors: [{ reason: 'rateLimitExceeded' }] } });
const FORBIDDEN = JSON.stringify({ error: { code: 403, message: 'No', errors: [{ reason: 'forbidden' }] } });
test.each<[string, GoogleAnswer, object]>([
  ['429', { status: 429, headers: { 'Retry-After': '17' } }, { code: 'DNS_RATE_LIMITED', retryAfterMs: 17_000 }],
  ['403 for a limit', { status: 403, body: LIMIT }, { code: 'DNS_RATE_LIMITED' }],
  ['403', { status: 403, body: FORBIDDEN }, { code: 'DNS_DENIED' }],
  ['401', { status: 401 }, { code: 'DNS_DENIED' }],
  ['400', { status: 400 }, { code: 'DNS_REFUSED' }],
  ['503', { status: 503 }, { code: 'DNS_UNREACHABLE' }],
  ['302', { status: 302, headers: { Location: 'https://elsewhere.test/' } }, { code: 'DNS_REFUSED' }],
])('an answer with %s is not repeated, and its words are kept', async (_what, answer, expected) => {
  server.disturb(isChange, { body: 'words of Google', ...answer });

  const outcome = provider().present(RECORD, NEVER);

  const body = answer.body ?? 'words of Google';
  await expect(outcome).rejects.toMatchObject({ ...expected, evidence: { status: answer.status, body } });
  expect(server.requests.filter(isChange)).toHaveLength(1);
});

test.each([
  [429, 'DNS_RATE_LIMITED'],
  [503, 'DNS_UNREACHABLE'],
  [400, 'DNS_DENIED'],
])('a login that is answered with %i is %s, asked once', async (status, code) => {
  server.disturb(isLogin, { status, headers: { 'Retry-After': '9' }, body: '{"error":"no"}' });

  const outcome = provider().check(NEVER);

  await expect(outcome).rejects.toMatchObject({ code, evidence: { status, body: '{"error":"no"}' } });
  expect(server.requests).toEqual(['POST /token']);
});

test.each([
  ['a key that is another one', { ...makeServiceAccount('project-one', []).key }, 'Invalid JWT Signature'],
  ['an account that is gone', { ...ONE.key, client_email: 'gone@project-one.test' }, 'account not found'],
])('%s is DNS_DENIED with the words of the login', async (_what, key, words) => {
  await expect(provider({}, { key }).check(NEVER)).rejects.toMatchObject({
    code: 'DNS_DENIED',
    evidence: { body: expect.stringContaining(words) },
  });
});

test('a project that the account may not use is DNS_DENIED', async () => {
  await expect(provider({ projectId: 'project-two' }).check(NEVER)).rejects.toMatchObject({ code: 'DNS_DENIED' });
});

test('a service that repeats the token does not bring it into the error', async () => {
  server.onBearer = (bearer) => server.disturb(() => true, { status: 400, body: `You sent ${bearer}.` });

  await expect(provider().check(NEVER)).rejects.toMatchObject({ evidence: { body: 'You sent ***.' } });
});

test.each([
  ['is missing', undefined],
  ['is not JSON', '{"private_key": "-----BEGIN'],
  ['wrong type', JSON.stringify({ ...ONE.key, type: 'external_account' })],
  ['wrong private_key', JSON.stringify({ ...ONE.key, private_key: 'a secret' })],
  ['cannot be read', JSON.stringify({ ...ONE.key, private_key: '-----BEGIN PRIVATE KEY-----\nAAAA\n' })],
])('a key that %s is INVALID_SETTINGS, and not shown', async (words, keyJson) => {
  const outcome = provider({ keyJson }).check(NEVER);

  await expect(outcome).rejects.toMatchObject({
    code: 'INVALID_SETTINGS',
    message: expect.stringContaining(words),
  });
  await expect(outcome).rejects.not.toMatchObject({ message: expect.stringMatching(/a secret|AAAA|BEGIN/) });
  expect(server.requests).toEqual([]);
});

test('two accounts in one process keep to themselves', async () => {
  const [one, two] = [provider(), provider({}, { key: TWO.key })];

  expect(await Promise.all([one.check(NEVER), two.check(NEVER)])).toEqual([
    ['example.test', 'twice.test'],
    ['two.test'],
  ]);
  await Promise.all([
    one.present(RECORD, NEVER),
    two.present({ ...RECORD, fqdn: '_acme-challenge.two.test', zone: 'two.test' }, NEVER),
  ]);
  expect(server.published(FQDN)).toEqual(['value']);
  expect(server.published('_acme-challenge.two.test')).toEqual(['value']);
});

test('one login serves many calls, until its token is about to end', async () => {
  let ahead = 0;
  const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };
  const one = provider({}, { clock });

  await Promise.all([one.check(NEVER), one.check(NEVER)]);
  await one.present(RECORD, NEVER);

  expect(server.requests.filter(isLogin)).toHaveLength(1);
  ahead = 3_570_000;
  server.disturb(isLogin, { status: 503 });
  await expect(one.check(NEVER)).rejects.toMatchObject({ code: 'DNS_UNREACHABLE' });
});

test('aborting ends a request that is under way with the reason', async () => {
  const controller = new AbortController();
  const reason = new Error('cancelled');
  server.disturb(isChange, null);

  const outcome = provider().present(RECORD, controller.signal);
  await expect.poll(() => server.requests.filter(isChange)).toHaveLength(1);
  controller.abort(reason);

  await expect(outcome).rejects.toBe(reason);
});

test('aborting ends the wait for a pending change with the reason', async () => {
  const controller = new AbortController();
  const reason = new Error('cancelled');
  server.pendingMs = Number.POSITIVE_INFINITY;

  const outcome = provider().present(RECORD, controller.signal);
  await expect.poll(() => server.requests.filter(changePolls).length).toBeGreaterThan(1);
  controller.abort(reason);

  await expect(outcome).rejects.toBe(reason);
});

test('aborting a call that waits for the login ends that call, and no other', async () => {
  const controller = new AbortController();
  const reason = new Error('cancelled');
  const one = provider();
  let release = () => {};
  server.beforeAnswer = (request) =>
    isLogin(request)
      ? new Promise((resolve) => {
          release = resolve;
        })
      : Promise.resolve();

  const aborted = one.check(controller.signal);
  const other = one.check(NEVER);
  await expect.poll(() => server.requests.filter(isLogin)).toHaveLength(1);
  controller.abort(reason);

  await expect(aborted).rejects.toBe(reason);
  release();
  expect(await other).toContain('example.test');
});

test('application default credentials come from the host', async () => {
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '');
  vi.stubEnv('CLOUDSDK_CONFIG', '/nonexistent');
  vi.stubEnv('GCE_METADATA_HOST', new URL(server.url).host);
  vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present');
  const settings = { credentials: 'application-default', keyJson: undefined, projectId: 'project-one' };

  expect(await provider(settings).check(NEVER)).toEqual(['example.test', 'twice.test']);
  expect(server.requests).not.toContain('POST /token');
});

test('application default credentials that are not there are DNS_DENIED', async () => {
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '/nonexistent/key.json');
  const settings = { credentials: 'application-default', keyJson: undefined, projectId: 'project-one' };

  await expect(provider(settings).check(NEVER)).rejects.toMatchObject({
    code: 'DNS_DENIED',
    evidence: { body: expect.stringContaining('/nonexistent/key.json') },
  });
});

test('application default credentials without a project are INVALID_SETTINGS', async () => {
  const settings = { credentials: 'application-default', keyJson: undefined };

  await expect(provider(settings).check(NEVER)).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });
});

test('an answer that is not that of Google is DNS_UNREACHABLE', async () => {
  for (const body of ['<html>Sign in</html>', '{"managedZones":[{"name":5}]}']) {
    server.disturb((request) => request.endsWith('/managedZones'), { status: 200, body });

    await expect(provider().check(NEVER)).rejects.toMatchObject({
      code: 'DNS_UNREACHABLE',
      evidence: { body: expect.any(String) },
    });
  }
});

test('settings do not print the key', () => {
  expect(JSON.stringify(google.settings.parse({ keyJson: JSON.stringify(ONE.key) }))).not.toContain('PRIVATE');
});

/** Runs `act` before the server looks at the first request that fits. */
function once(fits: (request: string) => boolean, act: () => void): void {
  let isDone = false;
  server.onRequest = (request) => {
    if (isDone || !fits(request)) return;
    isDone = true;
    act();
  };
}

function unused(): never {
  throw new Error('Google Cloud DNS has no use for SSH.');
}
