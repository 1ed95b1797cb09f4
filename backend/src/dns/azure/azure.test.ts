import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../plugins/clock.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider, TxtRecord } from '../provider.ts';
import { azure } from './index.ts';
import { type AzureAccount, type AzureServer, type Disturbance, startAzure } from './testing/api.ts';

const NEVER = new AbortController().signal;
const FQDN = '_acme-challenge.host.example.test';
const RECORD: TxtRecord = { fqdn: FQDN, value: 'value', ttlSeconds: 45, zone: 'example.test' };
const isWrite = (request: string) => request.startsWith('PUT ');
const isLogin = (request: string) => request.endsWith('/oauth2/v2.0/token');

const ONE: AzureAccount = {
  tenantId: 'tenant-one.example',
  clientId: 'app-one',
  clientSecret: 'secret~one',
  subscriptionId: 'subscription-one',
  zones: [
    { name: 'example.test', resourceGroup: 'dns' },
    { name: 'inner.test', resourceGroup: 'dns', zoneType: 'Private' },
    { name: 'twice.test', resourceGroup: 'blue' },
    { name: 'twice.test', resourceGroup: 'green' },
  ],
};
const TWO: AzureAccount = {
  tenantId: 'tenant-two.example',
  clientId: 'app-two',
  clientSecret: 'secret~two',
  subscriptionId: 'subscription-two',
  zones: [{ name: 'two.test', resourceGroup: 'dns' }],
};
const CONFINED: AzureAccount = { ...ONE, clientId: 'app-confined', onlyZone: 'example.test' };

const GONE: AzureAccount = { ...ONE, clientId: 'app-gone', onlyZone: 'gone.test' };

let server: AzureServer;

beforeEach(async () => {
  server = await startAzure([ONE, TWO, CONFINED, GONE]);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
});

function provider(settings: object = {}, account = ONE): DnsProvider {
  const { tenantId, clientId, clientSecret, subscriptionId } = account;
  const addresses = { armEndpoint: `${server.url}/`, authorityHost: `${server.url}/`, caBundle: server.caPem };
  const given = { tenantId, clientId, clientSecret, subscriptionId, ...addresses, ...settings };
  return azure.create(azure.settings.parse(given), {
    http: createHttpFactory(),
    ssh: { open: unused, hostKey: unused },
    clock: systemClock,
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

test('a zone in two resource groups is not guessed; the resource group decides', async () => {
  const record = { ...RECORD, fqdn: '_acme-challenge.twice.test', zone: 'twice.test' };

  const outcome = provider().present(record, NEVER);

  await expect(outcome).rejects.toMatchObject({
    code: 'DNS_ZONE_NOT_FOUND',
    message: expect.stringContaining('blue, green'),
  });
  await provider({ resourceGroup: 'green' }).present(record, NEVER);
  expect(server.requests.at(-1)).toContain('/resourceGroups/green/');
});

test('a value at the zone itself is the record set @', async () => {
  await provider().present({ ...RECORD, fqdn: 'example.test' }, NEVER);

  expect(server.requests.at(-1)).toMatch(/\/dnsZones\/example\.test\/TXT\/@$/);
  expect(server.published('example.test')).toEqual(['value']);
});

test('what others keep at the name stays as it is: values, their strings, TTL and metadata', async () => {
  const long = ['a'.repeat(255), 'b'];
  server.put(FQDN, { ttl: 7200, metadata: { owner: 'colleague' }, values: [long] });

  await provider().present(RECORD, NEVER);
  const meanwhile = server.setOf(FQDN);
  await provider().cleanUp(RECORD, null, NEVER);

  expect(meanwhile).toMatchObject({ ttl: 7200, metadata: { owner: 'colleague' }, values: [long, ['value']] });
  expect(server.setOf(FQDN)).toMatchObject({ ttl: 7200, metadata: { owner: 'colleague' }, values: [long] });
});

test('a new set has the TTL that is asked for, and goes with its last value', async () => {
  await provider().present(RECORD, NEVER);

  expect(server.setOf(FQDN)?.ttl).toBe(45);
  await provider().cleanUp(RECORD, null, NEVER);
  expect(server.setOf(FQDN)).toBeUndefined();
});

test.each([
  ['creates', undefined],
  ['changes', 'earlier'],
])('a value that somebody else %s between reading and writing survives', async (_what, earlier) => {
  if (earlier) server.put(FQDN, { values: [[earlier]] });
  once(isWrite, () => server.put(FQDN, { values: [['foreign']] }));

  await provider().present(RECORD, NEVER);

  expect(server.published(FQDN)).toEqual(['foreign', 'value']);
});

test('a value that somebody else adds before the set is removed survives', async () => {
  await provider().present(RECORD, NEVER);
  once(
    (request) => request.startsWith('DELETE '),
    () => server.put(FQDN, { values: [['value'], ['foreign']] }),
  );

  await provider().cleanUp(RECORD, null, NEVER);

  expect(server.published(FQDN)).toEqual(['foreign']);
});

test('when others are always faster, it is tried again later', async () => {
  let count = 0;
  server.onRequest = (request) => {
    count += 1;
    if (isWrite(request)) server.put(FQDN, { values: [[`foreign ${count}`]] });
  };

  const outcome = provider().present(RECORD, NEVER);

  await expect(outcome).rejects.toMatchObject({ code: 'DNS_RATE_LIMITED' });
  expect(server.requests.filter(isWrite)).toHaveLength(10);
});

test('six values presented at the same time by different instances are all published', async () => {
  const values = ['1', '2', '3', '4', '5', '6'];

  await Promise.all(values.map((value) => provider().present({ ...RECORD, value }, new AbortController().signal)));

  expect([...server.published(FQDN)].sort()).toEqual(values);
});

const DATE = new Date(Date.now() + 60_000).toUTCString();
test.each<[string, Disturbance, object]>([
  ['429', { status: 429, headers: { 'Retry-After': '17' } }, { code: 'DNS_RATE_LIMITED', retryAfterMs: 17_000 }],
  [
    '429 with a date',
    { status: 429, headers: { 'Retry-After': DATE } },
    { code: 'DNS_RATE_LIMITED', retryAfterMs: expect.toSatisfy((ms) => ms > 30_000 && ms <= 60_000) },
  ],
  ['403', { status: 403 }, { code: 'DNS_DENIED' }],
  ['401', { status: 401 }, { code: 'DNS_DENIED' }],
  ['400', { status: 400 }, { code: 'DNS_REFUSED' }],
  ['409', { status: 409 }, { code: 'DNS_REFUSED' }],
  ['500', { status: 500 }, { code: 'DNS_UNREACHABLE' }],
  ['302', { status: 302, headers: { Location: 'https://elsewhere.test/' } }, { code: 'DNS_UNREACHABLE' }],
])('an answer with %s is not repeated, and its words are kept', async (_what, answer, expected) => {
  const words = '{"error":{"code":"Some","message":"words of Azure"}}';
  server.disturb(isWrite, { body: words, ...answer });

  const outcome = provider().present(RECORD, NEVER);

  await expect(outcome).rejects.toMatchObject({
    ...expected,
    evidence: { status: answer.status, body: words, request: expect.stringContaining('PUT https://') },
  });
  expect(server.requests.filter(isWrite)).toHaveLength(1);
});

test.each([
  [429, 'DNS_RATE_LIMITED'],
  [503, 'DNS_UNREACHABLE'],
  [400, 'DNS_DENIED'],
])('a login that is answered with %i is %s, asked once', async (status, code) => {
  server.disturb(isLogin, { status, headers: { 'Retry-After': '9' }, body: '{"error":"no"}' });

  const outcome = provider().check(NEVER);

  await expect(outcome).rejects.toMatchObject({ code, evidence: { status, body: '{"error":"no"}' } });
  expect(server.requests.filter(isLogin)).toHaveLength(1);
});

test.each([
  ['secret', { clientSecret: 'another~secret' }, 'AADSTS7000215'],
  ['client', { clientId: 'stranger' }, 'AADSTS700016'],
  ['tenant', { tenantId: 'nowhere.example' }, 'AADSTS90002'],
])('a wrong %s is DNS_DENIED with the words of the login', async (_what, settings, words) => {
  const outcome = provider(settings).check(NEVER);

  await expect(outcome).rejects.toMatchObject({
    code: 'DNS_DENIED',
    evidence: { body: expect.stringContaining(words) },
  });
});

test('a service that repeats the token or the secret does not bring them into the error', async () => {
  let token = '';
  server.onBearer = (bearer) => {
    if (token) return;
    token = bearer;
    server.disturb(isWrite, { status: 400, body: `You sent ${bearer}.` });
  };
  const outcome = provider().present(RECORD, NEVER);
  await expect(outcome).rejects.toMatchObject({ evidence: { body: 'You sent ***.' } });
  server.disturb(isLogin, { status: 400, body: `You sent ${ONE.clientSecret}.` });

  const login = provider().check(NEVER);

  await expect(login).rejects.toMatchObject({ evidence: { body: 'You sent ***.' } });
  expect(token).not.toBe('');
});

test('an account that may write one zone only works when the resource group is set', async () => {
  const confined = provider({ resourceGroup: 'dns' }, CONFINED);

  await confined.present(RECORD, NEVER);

  expect(server.published(FQDN)).toEqual(['value']);
  await expect(confined.check(NEVER)).rejects.toMatchObject({ code: 'DNS_DENIED' });
});

test('an account whose only zone is gone is told so', async () => {
  const record = { ...RECORD, fqdn: '_acme-challenge.gone.test', zone: 'gone.test' };

  const outcome = provider({ resourceGroup: 'dns' }, GONE).present(record, NEVER);

  await expect(outcome).rejects.toMatchObject({
    code: 'DNS_ZONE_NOT_FOUND',
    message: expect.stringContaining('It may not list'),
  });
});

test('two accounts in one process keep to themselves', async () => {
  const [one, two] = [provider(), provider({}, TWO)];

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

test('one login serves many calls', async () => {
  const one = provider();

  await one.present(RECORD, NEVER);
  await one.cleanUp(RECORD, null, NEVER);

  expect(server.requests.filter(isLogin)).toHaveLength(1);
});

test('aborting ends a request that is under way with the reason', async () => {
  const controller = new AbortController();
  const reason = new Error('cancelled');
  server.disturb(isWrite, null);

  const outcome = provider().present(RECORD, controller.signal);
  await expect.poll(() => server.requests.filter(isWrite)).toHaveLength(1);
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

test('a managed identity logs in without a secret', async () => {
  vi.stubEnv('AZURE_POD_IDENTITY_AUTHORITY_HOST', server.url);
  const settings = { credentials: 'managed-identity', tenantId: undefined, clientSecret: undefined };

  expect(await provider(settings).check(NEVER)).toContain('example.test');
  expect(server.requests).not.toContainEqual(expect.stringContaining('/oauth2/v2.0/token'));
});

test('the default chain takes what the environment offers', async () => {
  vi.stubEnv('AZURE_TENANT_ID', ONE.tenantId);
  vi.stubEnv('AZURE_CLIENT_ID', ONE.clientId);
  vi.stubEnv('AZURE_CLIENT_SECRET', ONE.clientSecret);
  const settings = { credentials: 'default', tenantId: undefined, clientId: undefined, clientSecret: undefined };

  expect(await provider(settings).check(NEVER)).toContain('example.test');
});

test('a client secret without its client is INVALID_SETTINGS', async () => {
  await expect(provider({ clientId: undefined }).check(NEVER)).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });
});

test('a server with a certificate of an unknown CA is not asked', async () => {
  await expect(provider({ caBundle: undefined }).check(NEVER)).rejects.toMatchObject({ code: 'DNS_UNREACHABLE' });
  expect(server.requests).toEqual([]);
});

test('an answer that is not that of Azure is DNS_UNREACHABLE', async () => {
  server.disturb((request) => /dnszones/i.test(request), { status: 200, body: '{"value":[{"name":5}]}' });

  await expect(provider().check(NEVER)).rejects.toMatchObject({ code: 'DNS_UNREACHABLE' });
});

test('settings do not print the secret, and take HTTPS only', () => {
  const given = { subscriptionId: 's', clientSecret: ONE.clientSecret };

  expect(JSON.stringify(azure.settings.parse(given))).not.toContain(ONE.clientSecret);
  expect(azure.settings.safeParse({ ...given, armEndpoint: 'http://127.0.0.1' }).success).toBe(false);
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
  throw new Error('Azure DNS has no use for SSH.');
}
