import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../domain/errors.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import type { DnsProvider, TxtRecord } from '../provider.ts';
import { route53 } from './index.ts';
import { type Route53Options, type Route53Server, startRoute53 } from './testing/api.ts';
import type { RecordSet } from './testing/records.ts';
import { quoteTxt } from './txt.ts';

const NEVER = new AbortController().signal;
const KEY = { accessKeyId: 'AKIATEST', secretAccessKey: 'the secret of the test key' };
const FQDN = '_acme-challenge.host.example.test';

/** Nothing of this machine's own AWS configuration takes part. */
beforeEach(() => {
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
});
afterEach(() => vi.unstubAllEnvs());

test('the zones of all pages are named, once each, without the private ones', async () => {
  const names = Array.from({ length: 7 }, (_, index) => `zone${index}.test`);
  const zones = names.map((name, index) => ({ id: `Z${index}`, name }));
  const doubles = [
    { id: 'Z7', name: 'zone3.test' },
    { id: 'Z8', name: 'private.test', isPrivate: true },
  ];
  await using server = await start({ zones: [...zones, ...doubles], pageSize: 2 });

  expect(await providerFor(server).check(NEVER)).toEqual(names);
  expect(server.calls).toHaveLength(5);
});

test('a zone is found among many private ones of its name', async () => {
  const hidden = Array.from({ length: 5 }, (_, index) => ({ id: `Z${index}`, name: 'example.test', isPrivate: true }));
  await using server = await start({ zones: [...hidden, { id: 'Z9', name: 'example.test' }], pageSize: 2 });

  const receipt = await providerFor(server).present(txt('value'), NEVER);

  expect(receipt).toEqual({ handle: { hostedZoneId: 'Z9' } });
  expect(server.published(FQDN)).toEqual(['value']);
});

test('several public zones of one name need the ID of one', async () => {
  const zones = [
    { id: 'Z1', name: 'example.test' },
    { id: 'Z2', name: 'example.test' },
  ];
  await using server = await start({ zones });

  const failure = await failureOf(providerFor(server).present(txt('value'), NEVER));
  await providerFor(server, { hostedZoneId: '/hostedzone/Z2' }).present(txt('value'), NEVER);

  expect(failure.code).toBe('INVALID_SETTINGS');
  expect(failure.message).toContain('2 public hosted zones example.test: Z1, Z2');
  expect(server.zone('Z1').sets).toEqual([]);
  expect(server.zone('Z2').sets).toMatchObject([{ values: ['"value"'] }]);
});

test('a zone that is not there is named beside those that are', async () => {
  await using server = await start({
    zones: [
      { id: 'Z1', name: 'example.test', isPrivate: true },
      { id: 'Z2', name: 'other.test' },
    ],
  });

  const failure = await failureOf(providerFor(server).present(txt('value'), NEVER));

  expect(failure.code).toBe('DNS_ZONE_NOT_FOUND');
  expect(failure.message).toContain('no public hosted zone example.test');
  expect(failure.evidence?.body).toBe('example.test (private), other.test');
});

test('with a hosted zone ID, nothing is listed, and the name must be inside', async () => {
  await using server = await start({ zones: [{ id: 'Z1', name: 'example.test', isPrivate: true }] });
  const provider = providerFor(server, { hostedZoneId: 'Z1' });

  await provider.present(txt('value'), NEVER);
  const outside = await failureOf(
    provider.present({ ...txt('value'), fqdn: 'a.other.test', zone: 'other.test' }, NEVER),
  );
  const unknown = await failureOf(providerFor(server, { hostedZoneId: 'Z2' }).check(NEVER));

  expect(await provider.check(NEVER)).toEqual(['example.test']);
  expect(server.calls).not.toContain('ListHostedZonesByName');
  expect(server.zone('Z1').sets).toMatchObject([{ values: ['"value"'] }]);
  expect(outside).toMatchObject({
    code: 'DNS_ZONE_NOT_FOUND',
    message: expect.stringContaining('is not in example.test'),
  });
  expect(unknown).toMatchObject({ code: 'DNS_ZONE_NOT_FOUND', evidence: { status: 404 } });
});

test('a receipt saves looking for the zone', async () => {
  await using server = await start();
  const provider = providerFor(server);
  const receipt = await provider.present(txt('value'), NEVER);
  const before = server.calls.length;

  await provider.cleanUp(txt('value'), receipt, NEVER);

  expect(server.calls.slice(before)).not.toContain('ListHostedZonesByName');
  expect(server.published(FQDN)).toEqual([]);
});

test('what others keep at the name stays, and so does its TTL', async () => {
  await using server = await start();
  const foreign = setOf(['"theirs"', '"in two" "strings"', '"\\303\\274"'], { ttl: 3600 });
  server.put('Z1', foreign);
  const provider = providerFor(server);

  await provider.present(txt('value'), NEVER);
  const between = [...server.zone('Z1').sets];
  await provider.cleanUp(txt('value'), null, NEVER);

  expect(between).toEqual([{ ...foreign, values: [...foreign.values, '"value"'] }]);
  expect(server.zone('Z1').sets).toEqual([foreign]);
});

test.each([
  ['an alias', { aliasOf: 'elsewhere.example.test.' }, 'an alias for elsewhere.example.test.'],
  ['part of a routing policy', { setIdentifier: 'first' }, 'part of a routing policy (first)'],
])('a record that is %s is left alone', async (_, special, words) => {
  await using server = await start();
  const foreign = setOf(['"theirs"'], special);
  server.put('Z1', foreign);

  const failure = await failureOf(providerFor(server).present(txt('value'), NEVER));

  expect(failure).toMatchObject({ code: 'DNS_REFUSED', message: expect.stringContaining(words) });
  expect(server.zone('Z1').sets).toEqual([foreign]);
});

test.each([
  ['longer than one string', 'x'.repeat(300)],
  ['with quotes and backslashes', 'say "a\\b"'],
  ['outside ASCII', 'Grüße'],
  ['with the signs of XML', '<a href="b">&amp;</a>'],
])('a value %s is accepted, found again and removed', async (_, value) => {
  await using server = await start();
  const provider = providerFor(server);

  await provider.present(txt(value), NEVER);
  await provider.present(txt(value), NEVER);
  const { sets } = server.zone('Z1');
  const values = sets.flatMap((set) => set.values);
  await provider.cleanUp(txt(value), null, NEVER);

  expect(values).toEqual([quoteTxt(value)]);
  expect(server.zone('Z1').sets).toEqual([]);
});

test('ten renewals at once on one name take turns and lose no value', async () => {
  await using server = await start();
  const values = Array.from({ length: 10 }, (_, index) => `value-${index}`);

  await Promise.all(values.map((value) => providerFor(server).present(txt(value), new AbortController().signal)));

  expect([...server.published(FQDN)].sort()).toEqual(values);
  expect(server.calls.filter((call) => call === 'ChangeResourceRecordSets')).toHaveLength(10);
});

test('a change is waited for until it is on all servers, more and more patiently', async () => {
  await using server = await start({ pendingPolls: 5 });
  const clock = new SteppingClock();

  await providerFor(server, {}, clock).present(txt('value'), NEVER);

  expect(clock.pausesMs).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
});

test('a change that takes too long is left to the propagation check', async () => {
  await using server = await start({ pendingPolls: Number.POSITIVE_INFINITY });
  const clock = new SteppingClock();

  const receipt = await providerFor(server, {}, clock).present(txt('value'), NEVER);

  expect(receipt).toEqual({ handle: { hostedZoneId: 'Z1' } });
  expect(clock.warnings).toEqual(['Route 53 has not finished a change in time']);
});

test('an abort ends the wait for a change', async () => {
  await using server = await start({ pendingPolls: Number.POSITIVE_INFINITY });
  const controller = new AbortController();
  const clock = new SteppingClock(() => controller.abort('enough'));

  await expect(providerFor(server, {}, clock).present(txt('value'), controller.signal)).rejects.toBe('enough');
});

test('an abort ends a call without an answer, also while credentials are fetched', async () => {
  await using server = await start();
  server.disturb('ListHostedZonesByName', null);
  server.disturb('AssumeRole', null);

  for (const role of [{}, { roleArn: 'arn:aws:iam::123456789012:role/dns' }]) {
    const controller = new AbortController();
    const outcome = expect(providerFor(server, role).check(controller.signal)).rejects.toBe('enough');
    const before = server.calls.length;
    await vi.waitFor(() => expect(server.calls.length).toBeGreaterThan(before === 0 ? 0 : 1), { timeout: 10_000 });
    controller.abort('enough');
    await outcome;
  }
  expect(server.calls).toEqual(['ListHostedZonesByName', 'AssumeRole']);
});

test('a value that another program overwrites at once is written again', async () => {
  await using server = await start();
  let overwrites = 2;
  server.onChange = () => {
    overwrites -= 1;
    if (overwrites >= 0) server.put('Z1', setOf(['"theirs"']));
  };

  await providerFor(server).present(txt('value'), NEVER);

  expect(server.published(FQDN)).toEqual(['theirs', 'value']);
});

test('a value that another program overwrites again and again is given up', async () => {
  await using server = await start();
  server.onChange = () => server.put('Z1', setOf(['"theirs"']));

  const failure = await failureOf(providerFor(server).present(txt('value'), NEVER));

  expect(failure.message).toBe(`Another program keeps changing the TXT records of ${FQDN} in Route 53.`);
});

test('a removal that is overtaken by another program is done again, and spares the new value', async () => {
  await using server = await start();
  const overtaken = setOf(['"value"']);
  server.put('Z1', overtaken);
  server.disturb('ChangeResourceRecordSets', { status: 400, code: 'InvalidChangeBatch', message: '[do not match]' });
  const unsubscribed = vi.fn(() => server.put('Z1', setOf(['"value"', '"new"'])));
  server.onCall = (operation) => {
    if (operation === 'ChangeResourceRecordSets') {
      unsubscribed();
      server.onCall = () => {};
    }
  };

  await providerFor(server).cleanUp(txt('value'), null, NEVER);

  expect(unsubscribed).toHaveBeenCalledOnce();
  expect(server.published(FQDN)).toEqual(['new']);
});

test('a removal that AWS refuses for good is said in its words', async () => {
  await using server = await start();
  server.put('Z1', setOf(['"value"']));
  server.disturb('ChangeResourceRecordSets', { status: 400, code: 'InvalidChangeBatch', message: '[no]' }, 9);

  const failure = await failureOf(providerFor(server).cleanUp(txt('value'), null, NEVER));

  expect(failure).toMatchObject({ code: 'DNS_REFUSED', evidence: { status: 400, body: 'InvalidChangeBatch: [no]' } });
});

test('a short throttle is waited out', async () => {
  await using server = await start();
  server.disturb('ChangeResourceRecordSets', { status: 400, code: 'PriorRequestNotComplete' });

  await providerFor(server).present(txt('value'), NEVER);

  expect(server.published(FQDN)).toEqual(['value']);
});

const FAILURES = [
  [{ status: 400, code: 'Throttling', message: 'Rate exceeded' }, 'DNS_RATE_LIMITED', undefined],
  [{ status: 429, code: 'TooManyRequests', headers: { 'retry-after': '1' } }, 'DNS_RATE_LIMITED', 1000],
  [{ status: 403, code: 'OptInRequired' }, 'DNS_DENIED', undefined],
  [{ status: 400, code: 'InvalidInput', message: 'The input is not valid' }, 'DNS_REFUSED', undefined],
  [{ status: 500, code: 'InternalError' }, 'DNS_UNREACHABLE', undefined],
] as const;
test.each(FAILURES)('%o is %s', async (answer, code, retryAfterMs) => {
  await using server = await start();
  server.disturb('ListHostedZonesByName', answer, 9);

  const failure = await failureOf(providerFor(server).check(NEVER));

  expect(failure).toMatchObject({ code, retryAfterMs, evidence: { status: answer.status } });
  expect(failure.evidence).toMatchObject({
    request: 'ListHostedZonesByName',
    body: expect.stringContaining(answer.code),
  });
});

test.each(['<html><body>Welcome</body></html>', '<html>', 'Welcome', ''])(
  'an answer of another program is not believed: "%s"',
  async (body) => {
    await using server = await start();
    server.disturb('ListHostedZonesByName', { status: 200, body }, 9);

    const failure = await failureOf(providerFor(server).check(NEVER));

    expect(failure).toMatchObject({ code: 'DNS_REFUSED', message: expect.stringContaining('check the API URL') });
  },
);

test('a secret that the other side repeats is not shown', async () => {
  await using server = await start();
  const message = `you sent ${KEY.secretAccessKey}`;
  server.disturb('ListHostedZonesByName', { status: 400, code: 'InvalidInput', message }, 9);

  const failure = await failureOf(providerFor(server).check(NEVER));

  expect(failure.evidence?.body).toBe('InvalidInput: you sent ***');
  expect(JSON.stringify(failure) + String(failure.stack)).not.toContain(KEY.secretAccessKey);
});

test('a permission that is missing is named', async () => {
  await using server = await start({ keys: [{ ...KEY, mayNot: ['GetChange'] }] });

  const failure = await failureOf(providerFor(server).present(txt('value'), NEVER));

  expect(failure).toMatchObject({
    code: 'DNS_DENIED',
    evidence: { body: expect.stringContaining('route53:GetChange') },
  });
});

test('a refusal carries the words of AWS', async () => {
  await using server = await start();
  server.put('Z1', { name: `${FQDN}.`, type: 'CNAME', ttl: 60, values: ['elsewhere.test'] });

  const failure = await failureOf(providerFor(server).present(txt('value'), NEVER));

  expect(failure).toMatchObject({
    code: 'DNS_REFUSED',
    evidence: { body: expect.stringContaining('conflicts with other') },
  });
});

test('without keys in the settings, the SDK looks for them itself', async () => {
  await using server = await start();
  const provider = providerFor(server, { accessKeyId: undefined, secretAccessKey: undefined });
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);

  const without = await failureOf(provider.check(NEVER));
  vi.stubEnv('AWS_ACCESS_KEY_ID', KEY.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', KEY.secretAccessKey);

  expect(without).toMatchObject({
    code: 'DNS_DENIED',
    evidence: { body: expect.stringContaining('CredentialsProviderError') },
  });
  expect(await provider.check(NEVER)).toEqual(['example.test']);
});

test.each([
  [{ secretAccessKey: undefined }, 'the secret access key is missing'],
  [{ accessKeyId: undefined }, 'the access key ID is missing'],
])('half a key is said', async (half, words) => {
  await using server = await start();

  const failure = await failureOf(providerFor(server, half).check(NEVER));

  expect(failure).toMatchObject({ code: 'INVALID_SETTINGS', message: expect.stringContaining(words) });
});

test('a role is assumed at its own URL, with its external ID, and its session is what writes', async () => {
  const role = { arn: 'arn:aws:iam::123456789012:role/dns', externalId: 'certferry-1' };
  await using server = await start({ role, keys: [{ ...KEY, mayNot: ['ListHostedZonesByName'] }] });
  await using sts = await start({ role });
  const settings = { roleArn: role.arn, externalId: role.externalId };

  const zones = await providerFor(server, settings).check(NEVER);
  const wrong = await failureOf(providerFor(server, { ...settings, externalId: 'other' }).check(NEVER));
  await failureOf(providerFor(server, { ...settings, stsEndpoint: sts.url }).check(NEVER));

  expect(zones).toEqual(['example.test']);
  expect(server.calls.slice(0, 2)).toEqual(['AssumeRole', 'ListHostedZonesByName']);
  expect(wrong).toMatchObject({ code: 'DNS_DENIED', evidence: { body: expect.stringContaining('sts:AssumeRole') } });
  expect(sts.calls).toEqual(['AssumeRole']);
});

test('nothing keeps listening to the signal', async () => {
  await using server = await start({ pendingPolls: 2 });
  const { signal } = new AbortController();

  await providerFor(server).present(txt('value'), signal);

  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a call without an answer ends in DNS_UNREACHABLE with the reason', async () => {
  const failure = await failureOf(providerFor({ url: 'http://127.0.0.1:1' }).check(NEVER));

  expect(failure).toMatchObject({
    code: 'DNS_UNREACHABLE',
    evidence: { body: expect.stringContaining('ECONNREFUSED') },
  });
});

test('two accounts in one process do not mix', async () => {
  const other = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'the secret of the other key' };
  await using first = await start();
  await using second = await start({ keys: [other], zones: [{ id: 'Z2', name: 'other.test' }] });
  const providers = [providerFor(first), providerFor(second, other), providerFor(first)];

  const zones = await Promise.all(providers.map((provider) => provider.check(NEVER)));

  expect(zones).toEqual([['example.test'], ['other.test'], ['example.test']]);
});

/** Time passes only in pauses. */
class SteppingClock {
  readonly pausesMs: number[] = [];
  readonly warnings: string[] = [];
  readonly #onPause: () => void;
  #now = Date.now();

  constructor(onPause = () => {}) {
    this.#onPause = onPause;
  }

  now(): Date {
    return new Date(this.#now);
  }

  async sleepUntil(instant: Date, signal: AbortSignal): Promise<void> {
    this.#onPause();
    signal.throwIfAborted();
    this.pausesMs.push(instant.getTime() - this.#now);
    this.#now = instant.getTime();
  }
}

function start(options: Partial<Route53Options> = {}): Promise<Route53Server> {
  return startRoute53({ keys: [KEY], zones: [{ id: 'Z1', name: 'example.test' }], ...options });
}

function providerFor(
  server: Pick<Route53Server, 'url'>,
  settings: object = {},
  clock = new SteppingClock(),
): DnsProvider {
  const unused = () => expect.fail('Route 53 is reached by the SDK alone.');
  const deps: PluginDeps = {
    http: unused,
    ssh: { open: unused, hostKey: unused },
    clock,
    log: { debug() {}, info() {}, warn: (_, message) => clock.warnings.push(message), error() {} },
  };
  return route53.create(route53.settings.parse({ ...KEY, endpoint: server.url, ...settings }), deps);
}

function txt(value: string): TxtRecord {
  return { fqdn: FQDN, value, zone: 'example.test', ttlSeconds: 60 };
}

function setOf(values: readonly string[], more: Partial<RecordSet> = {}): RecordSet {
  return { name: `${FQDN}.`, type: 'TXT', ttl: 60, values, ...more };
}

async function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  const err = await outcome.then(
    () => expect.fail('It succeeded.'),
    (reason: unknown) => reason,
  );
  if (err instanceof AppError) return err;
  throw err;
}
