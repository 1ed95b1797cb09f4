import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PowerDns, startPowerDns } from '../../../../test/support/powerdns.ts';
import { missing } from '../../../../test/support/programs.ts';
import { AppError } from '../../domain/errors.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import type { DnsProvider, TxtRecord } from '../provider.ts';
import { powerdns } from './index.ts';
import { quoteTxt } from './txt.ts';

const NEVER = new AbortController().signal;
const KEY = 'the key of the stub';

const absent = missing('pdns_server', 'sqlite3');
describe.skipIf(absent)(`against pdns_server (${absent ?? 'installed'})`, () => {
  let server: PowerDns;
  let other: PowerDns;

  beforeAll(async () => {
    [server, other] = await Promise.all([
      startPowerDns([
        { name: 'example.test', nameServers: ['ns.example.test'] },
        { name: '0/25.example.test', nameServers: ['ns.example.test'] },
        { name: 'notified.test', nameServers: ['ns.notified.test'], kind: 'Master' },
        { name: 'copied.test', nameServers: [], kind: 'Slave' },
      ]),
      startPowerDns([{ name: 'other.test', nameServers: ['ns.other.test'] }]),
    ]);
  });
  afterAll(() => Promise.all([server, other].map((started) => started?.[Symbol.asyncDispose]())));

  test.each([
    ['longer than one character string', 'x'.repeat(300)],
    ['with quotes and backslashes', 'say "a\\b"'],
    ['outside ASCII', 'Grüße'],
    ['empty', ''],
  ])('a value %s is served as it is, found again and removed', async (name, value) => {
    const record = txt(`${name.replaceAll(' ', '-')}.example.test`, value);
    const provider = providerFor(server);

    await provider.present(record, NEVER);
    await provider.present(record, NEVER);
    const served = await lookUp(server, record.fqdn);
    await provider.cleanUp(record, null, NEVER);

    expect(served).toEqual([value]);
    expect(await lookUp(server, record.fqdn)).toEqual([]);
  });

  test('a zone of which the name needs escaping in the path can be written', async () => {
    const name = '0/25.example.test';

    await providerFor(server).present(txt(name, 'value', name), NEVER);

    expect(await lookUp(server, name)).toEqual(['value']);
  });

  test('what others keep at the name stays, and so does its TTL', async () => {
    const fqdn = 'kept.example.test';
    const foreign = [
      { content: '"first"', disabled: false },
      { content: '"second" "half"', disabled: false },
    ];
    await setTxt(server, fqdn, 3600, foreign);
    const provider = providerFor(server);

    await provider.present(txt(fqdn, 'value'), NEVER);
    const between = await lookUp(server, fqdn);
    await provider.cleanUp(txt(fqdn, 'value'), null, NEVER);

    expect(between.sort()).toEqual(['first', 'secondhalf', 'value']);
    expect(await getTxt(server, fqdn)).toMatchObject({ ttl: 3600, records: foreign });
  });

  test('a value that is there but switched off is switched on', async () => {
    const fqdn = 'off.example.test';
    await setTxt(server, fqdn, 60, [{ content: '"value"', disabled: true }]);

    await providerFor(server).present(txt(fqdn, 'value'), NEVER);

    expect(await lookUp(server, fqdn)).toEqual(['value']);
  });

  test('ten renewals at once on one name lose no value', async () => {
    const fqdn = 'busy.example.test';
    const values = Array.from({ length: 10 }, (_, index) => `value-${index}`);

    await Promise.all(
      values.map((value) => providerFor(server).present(txt(fqdn, value), new AbortController().signal)),
    );

    expect((await lookUp(server, fqdn)).sort()).toEqual(values);
  });

  test('secondaries are notified at once', async () => {
    const secondary = createSocket('udp4');
    secondary.bind(0, '127.0.0.1');
    await once(secondary, 'listening');
    const notified = once(secondary, 'message');
    const metadata = [`127.0.0.1:${secondary.address().port}`];
    await server.api('PUT', '/zones/notified.test./metadata/ALSO-NOTIFY', { metadata });

    await providerFor(server).present(txt('a.notified.test', 'value', 'notified.test'), NEVER);

    const [message] = (await notified) as [Buffer];
    secondary.close();
    expect((message.readUInt8(2) >> 3) & 0x0f).toBe(4);
    expect(message.toString('latin1')).toContain('notified');
  });

  test('a zone that the server only copies is not written', async () => {
    const failure = await failureOf(providerFor(server).present(txt('a.copied.test', 'value', 'copied.test'), NEVER));

    expect(failure.code).toBe('DNS_REFUSED');
    expect(failure.message).toContain('only holds a copy of the zone copied.test');
  });

  test('a zone that is not there is named beside those that are', async () => {
    const failure = await failureOf(providerFor(server).present(txt('a.other.test', 'value', 'other.test'), NEVER));

    expect(failure.code).toBe('DNS_ZONE_NOT_FOUND');
    expect(failure.message).toMatch(/does not hold the zone other\.test.*example\.test.*notified\.test/);
  });

  test('a refusal carries the words of the server', async () => {
    const alias = { name: 'alias.example.test.', type: 'CNAME', ttl: 60, changetype: 'REPLACE' };
    const records = [{ content: 'elsewhere.example.test.', disabled: false }];
    await server.api('PATCH', '/zones/example.test.', { rrsets: [{ ...alias, records }] });

    const failure = await failureOf(providerFor(server).present(txt('alias.example.test', 'value'), NEVER));

    expect(failure.code).toBe('DNS_REFUSED');
    expect(failure.evidence).toMatchObject({
      status: 422,
      body: expect.stringContaining('Conflicts with pre-existing'),
    });
  });

  test('two servers in one process do not mix', async () => {
    const [first, second] = [providerFor(server), providerFor(other)];

    const zones = await Promise.all([first.check(NEVER), second.check(NEVER), first.check(NEVER)]);

    expect(zones.map((names) => names.includes('other.test'))).toEqual([false, true, false]);
    expect(zones[1]).toEqual(['other.test']);
  });

  test.each(['/', '/api/v1', '/api/v1/'])('the URL may end with %s', async (ending) => {
    const provider = stubbed(server.apiUrl + ending, server.apiKey);

    expect(await provider.check(NEVER)).toContain('example.test');
  });

  test('a server id that is not there is said', async () => {
    const settings = { baseUrl: server.apiUrl, apiKey: server.apiKey, serverId: 'elsewhere' };

    const failure = await failureOf(powerdns.create(powerdns.settings.parse(settings), deps()).check(NEVER));

    expect(failure.message).toContain('has no PowerDNS server "elsewhere"');
  });
});

describe('against a stub of the API', () => {
  const cases = [
    [429, { 'retry-after': '7' }, 'DNS_RATE_LIMITED', 7000],
    [403, {}, 'DNS_DENIED', undefined],
    [400, {}, 'DNS_REFUSED', undefined],
    [302, { location: 'https://login.example' }, 'DNS_REFUSED', undefined],
    [503, {}, 'DNS_UNREACHABLE', undefined],
  ] as const;
  test.each(cases)('HTTP %i %o is %s, with what was said but the key', async (status, headers, code, retryAfterMs) => {
    await using stub = await startStub((_, response) => {
      response.writeHead(status, headers).end(JSON.stringify({ error: `no, ${KEY}` }));
    });

    const failure = await failureOf(stubbed(stub.url).check(NEVER));

    expect(failure).toMatchObject({ code, retryAfterMs, evidence: { status } });
    expect(failure.evidence?.body).toContain('no, ***');
  });

  test.each(['<html>Welcome</html>', '{"zones": []}'])(
    'an answer of another program is not believed: %s',
    async (body) => {
      await using stub = await startStub((_, response) => response.end(body));

      const failure = await failureOf(stubbed(stub.url).check(NEVER));

      expect(failure.code).toBe('DNS_REFUSED');
      expect(failure.message).toContain('does not answer like the API of PowerDNS');
    },
  );

  test('a value that another program overwrites at once is written again', async () => {
    const zone = new StubZone({ overwrites: 2 });
    await using stub = await startStub(zone.listener);

    await stubbed(stub.url).present(txt('a.example.test', 'value'), NEVER);

    expect(zone.contents).toEqual(['"theirs"', '"value"']);
  });

  test('a value that another program overwrites again and again is given up', async () => {
    await using stub = await startStub(new StubZone({ overwrites: Number.POSITIVE_INFINITY }).listener);

    const failure = await failureOf(stubbed(stub.url).present(txt('a.example.test', 'value'), NEVER));

    expect(failure.message).toBe('Another program keeps overwriting the TXT records of a.example.test.');
  });

  test('a NOTIFY that fails does not fail the record', async () => {
    const warnings: string[] = [];
    const zone = new StubZone({ kind: 'Master' });
    await using stub = await startStub(zone.listener);

    await stubbed(stub.url, KEY, warnings).present(txt('a.example.test', 'value'), NEVER);

    expect(zone.contents).toEqual(['"value"']);
    expect(warnings).toEqual(['PowerDNS did not notify the secondaries']);
  });

  test('an abort ends a call that is under way, and one that waits for its turn', async () => {
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    await using stub = await startStub(() => asked());
    const provider = stubbed(stub.url);
    const [first, second] = [new AbortController(), new AbortController()];
    const calls = [first, second].map(({ signal }) => provider.present(txt('a.example.test', 'value'), signal));
    const outcomes = Promise.allSettled(calls);
    await isAsked;

    second.abort('the second');
    await expect(calls[1]).rejects.toBe('the second');
    first.abort('the first');

    expect(await outcomes).toEqual([
      { status: 'rejected', reason: 'the first' },
      { status: 'rejected', reason: 'the second' },
    ]);
  });
});

test('TXT values are quoted in strings of at most 255 octets', () => {
  expect(quoteTxt('plain')).toBe('"plain"');
  expect(quoteTxt('')).toBe('""');
  expect(quoteTxt('"\\ü')).toBe('"\\"\\\\\\195\\188"');
  expect(quoteTxt('x'.repeat(256))).toBe(`"${'x'.repeat(255)}" "x"`);
});

/** One zone with one record set, which somebody else overwrites after each of the first writes. */
class StubZone {
  contents: string[] = [];
  readonly #kind: string;
  #overwrites: number;

  constructor({ kind = 'Native', overwrites = 0 }: { kind?: string; overwrites?: number }) {
    this.#kind = kind;
    this.#overwrites = overwrites;
  }

  readonly listener: RequestListener = async (request, response) => {
    if (request.method === 'PUT') {
      response.writeHead(500).end('no');
      return;
    }
    if (request.method === 'PATCH') {
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
      this.contents = body.rrsets[0].records.map((record: { content: string }) => record.content);
      this.#overwrites -= 1;
      if (this.#overwrites >= 0) this.contents = ['"theirs"'];
      response.writeHead(204).end();
      return;
    }
    const records = this.contents.map((content) => ({ content, disabled: false }));
    const rrsets = [{ name: 'a.example.test.', type: 'TXT', ttl: 60, records }];
    response.end(JSON.stringify({ name: 'example.test.', kind: this.#kind, rrsets }));
  };
}

async function startStub(listener: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function deps(warnings: string[] = []): PluginDeps {
  const unused = () => expect.fail('PowerDNS is not reached by SSH.');
  return {
    http: createHttpFactory(),
    ssh: { open: unused, hostKey: unused },
    clock: systemClock,
    log: { debug() {}, info() {}, warn: (_, message) => warnings.push(message), error() {} },
  };
}

function providerFor({ apiUrl, apiKey }: PowerDns): DnsProvider {
  return stubbed(apiUrl, apiKey);
}

function stubbed(baseUrl: string, apiKey = KEY, warnings: string[] = []): DnsProvider {
  return powerdns.create(powerdns.settings.parse({ baseUrl, apiKey }), deps(warnings));
}

function txt(fqdn: string, value: string, zone = 'example.test'): TxtRecord {
  return { fqdn, value, zone, ttlSeconds: 60 };
}

async function setTxt(server: PowerDns, fqdn: string, ttl: number, records: readonly object[]): Promise<void> {
  const rrset = { name: `${fqdn}.`, type: 'TXT', ttl, changetype: 'REPLACE', records };
  await server.api('PATCH', '/zones/example.test.', { rrsets: [rrset] });
}

async function getTxt(server: PowerDns, fqdn: string): Promise<unknown> {
  const zone = (await server.api('GET', '/zones/example.test.')) as { rrsets: { name: string }[] };
  return zone.rrsets.find(({ name }) => name === `${fqdn}.`);
}

async function lookUp(server: PowerDns, fqdn: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([server.endpoint]);
  const answers = await resolver.resolveTxt(fqdn).catch((err: NodeJS.ErrnoException) => {
    if (err.code === 'ENODATA' || err.code === 'ENOTFOUND') return [];
    throw err;
  });
  // Node.js reads each octet as a character.
  return answers.map((strings) => Buffer.from(strings.join(''), 'latin1').toString());
}

async function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  const err = await outcome.then(
    () => expect.fail('It succeeded.'),
    (reason: unknown) => reason,
  );
  if (err instanceof AppError) return err;
  throw err;
}
