import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bind, bindKey, startBind } from '../../../../test/support/bind.ts';
import { missing } from '../../../../test/support/programs.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { Clock, PluginDeps } from '../../plugins/plugin.ts';
import type { DnsProvider, TxtRecord } from '../provider.ts';
import { query } from '../query.ts';
import { rfc2136 } from './index.ts';

const NEEDS = missing('named');
const onBind = test.skipIf(NEEDS);
if (NEEDS) test.skip(`rfc2136 ${NEEDS}`, () => {});

const NEVER = new AbortController().signal;
const KEY = bindKey('certferry');
const RECORD: TxtRecord = {
  fqdn: '_acme-challenge.host.example.test',
  value: 'value',
  ttlSeconds: 45,
  zone: 'example.test',
};

let bind: Bind;

beforeAll(async () => {
  if (NEEDS) return;
  bind = await startBind({
    keys: [KEY],
    zones: [
      {
        name: 'example.test',
        nameServers: ['ns.invalid'],
        records: ['_acme-challenge.alias CNAME elsewhere.test.'],
        updatePolicy: [
          'grant certferry name _acme-challenge.host.example.test. TXT;',
          'grant certferry name _acme-challenge.alias.example.test. TXT;',
        ],
      },
      { name: 'static.test', nameServers: ['ns.invalid'] },
    ],
  });
});
afterAll(() => bind?.[Symbol.asyncDispose]());

interface Overrides {
  readonly settings?: object;
  readonly clock?: Clock;
}

function provider({ settings = {}, clock = systemClock }: Overrides = {}): DnsProvider {
  const given = { server: '127.0.0.1', port: bind?.port, keyName: KEY.name, keySecret: KEY.secret, ...settings };
  return rfc2136.create(rfc2136.settings.parse(given), { ...deps, clock });
}

onBind('check with a zone proves that the key may ask for updates there, and changes nothing', async () => {
  const before = await serial();

  const zones = await provider({ settings: { zone: 'Example.test.' } }).check(NEVER);

  expect(zones).toEqual(['example.test']);
  expect(await serial()).toBe(before);
});

onBind.each([
  ['static.test', 'DNS_DENIED'],
  ['unknown.test', 'DNS_ZONE_NOT_FOUND'],
])('check of the zone %s is %s', async (zone, code) => {
  await expect(provider({ settings: { zone } }).check(NEVER)).rejects.toMatchObject({ code });
});

onBind.each([
  ['another name', { keyName: 'stranger' }, 'does not know the key stranger'],
  ['another algorithm', { algorithm: 'hmac-sha512' }, 'does not know the key'],
  ['another secret', { keySecret: 'b3RoZXI=' }, 'with another secret'],
])('a key with %s is DNS_DENIED, and the message says so', async (_what, settings, words) => {
  const outcome = provider({ settings }).check(NEVER);

  await expect(outcome).rejects.toMatchObject({ code: 'DNS_DENIED', message: expect.stringContaining(words) });
});

onBind.each([
  [-900, /its clock is (900|899|901) s ahead of/],
  [900, /its clock is (900|899|901) s behind/],
])('a clock that is off by %i s is DNS_DENIED, and the message says by how much', async (seconds, words) => {
  const clock = { ...systemClock, now: () => new Date(Date.now() + seconds * 1000) };

  const outcome = provider({ clock }).check(NEVER);

  await expect(outcome).rejects.toMatchObject({ code: 'DNS_DENIED', message: expect.stringMatching(words) });
});

onBind('an answer signed at another time than this host has is not believed', async () => {
  const readings = [new Date(), new Date(Date.now() + 900_000)];
  const clock = { ...systemClock, now: () => readings.shift() ?? new Date() };

  const outcome = provider({ clock }).check(NEVER);

  await expect(outcome).rejects.toMatchObject({ code: 'DNS_DENIED', message: expect.stringContaining('clock') });
});

onBind('a name that the policy does not grant is DNS_DENIED', async () => {
  const outcome = provider().present({ ...RECORD, fqdn: '_acme-challenge.other.example.test' }, NEVER);

  await expect(outcome).rejects.toMatchObject({
    code: 'DNS_DENIED',
    message: expect.stringContaining('add _acme-challenge.other.example.test TXT'),
    evidence: { body: 'REFUSED, signature: signed' },
  });
});

onBind('a name that is an alias on the server is DNS_REFUSED instead of silently ignored', async () => {
  const outcome = provider().present({ ...RECORD, fqdn: '_acme-challenge.alias.example.test' }, NEVER);

  await expect(outcome).rejects.toMatchObject({ code: 'DNS_REFUSED', message: expect.stringContaining('alias') });
});

onBind.each([
  [undefined, 45],
  [30, 30],
])('with TTL %s in the settings the record has %i s', async (ttl, expected) => {
  await provider({ settings: ttl === undefined ? {} : { ttl } }).present(RECORD, NEVER);

  const { answers } = await ask(RECORD.fqdn, 'TXT');

  expect(answers).toEqual([{ name: RECORD.fqdn, type: 'TXT', ttlSeconds: expected, data: 'value' }]);
});

onBind('a value longer than a character string arrives whole', async () => {
  const value = 'x'.repeat(600);
  await provider().present({ ...RECORD, value }, NEVER);

  const { answers } = await ask(RECORD.fqdn, 'TXT');

  expect(answers).toContainEqual(expect.objectContaining({ data: value }));
  await provider().cleanUp({ ...RECORD, value }, null, NEVER);
});

onBind('a zone in the settings is used instead of the one that was found', async () => {
  const located = { ...RECORD, zone: 'host.example.test' };

  await expect(provider().present(located, NEVER)).rejects.toMatchObject({ code: 'DNS_ZONE_NOT_FOUND' });
  await expect(provider({ settings: { zone: 'example.test' } }).present(located, NEVER)).resolves.toEqual({
    handle: null,
  });
});

test('a name outside the zone of the settings is refused without asking', async () => {
  const outcome = provider({ settings: { zone: 'other.test', port: 1 } }).present(RECORD, NEVER);

  await expect(outcome).rejects.toMatchObject({ code: 'DNS_ZONE_NOT_FOUND' });
});

test.each([
  [0, 'without a signature'],
  [3, 'without a signature'],
  [5, 'does not accept the key certferry.'],
  [9, 'does not accept the key certferry.'],
])('an unsigned answer with rcode %i does not prove the key', async (rcode, words) => {
  const server = await answering(rcode);

  const outcome = provider({ settings: { port: server.address().port } }).check(NEVER);

  await expect(outcome).rejects.toMatchObject({ code: 'DNS_DENIED', message: expect.stringContaining(words) });
  server.close();
});

test.each([
  [0, 'DNS_DENIED'],
  [2, 'DNS_UNREACHABLE'],
  [4, 'DNS_REFUSED'],
  [5, 'DNS_DENIED'],
  [9, 'DNS_DENIED'],
  [10, 'DNS_ZONE_NOT_FOUND'],
  [1, 'DNS_REFUSED'],
])('an unsigned answer with rcode %i to an update is %s', async (rcode, code) => {
  const server = await answering(rcode);

  const outcome = provider({ settings: { port: server.address().port } }).present(RECORD, NEVER);

  await expect(outcome).rejects.toMatchObject({ code });
  server.close();
});

test('settings do not print the secret', () => {
  const settings = rfc2136.settings.parse({ server: 'ns', keyName: 'key', keySecret: KEY.secret });

  expect(JSON.stringify(settings)).not.toContain(KEY.secret);
  expect(settings).toMatchObject({ port: 53, algorithm: 'hmac-sha256', transport: 'udp' });
});

/** A server that answers everything with one code and no signature. */
async function answering(rcode: number): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  socket.on('message', (message, from) => {
    const reply = Buffer.alloc(12);
    message.copy(reply, 0, 0, 2);
    reply.writeUInt16BE(0xa800 | rcode, 2);
    socket.send(reply, from.port, from.address);
  });
  await once(socket, 'listening');
  return socket;
}

function ask(name: string, type: 'TXT' | 'SOA') {
  return query(bind, { name, type }, { timeoutMs: 2000, recursionDesired: false }, NEVER);
}

async function serial(): Promise<number | null> {
  const { answers } = await ask('example.test', 'SOA');
  const [soa] = answers;
  return soa?.type === 'SOA' ? soa.serial : null;
}

function unused(): never {
  throw new Error('RFC 2136 has no use for it.');
}

const deps: PluginDeps = {
  http: unused,
  ssh: { open: unused, hostKey: unused },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};
