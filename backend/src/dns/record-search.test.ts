import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode } from 'dns-packet';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type DnsSim, startDnsSim } from '../../../lab/src/dns-sim/index.ts';
import { Exchanges } from '../../../lab/src/exchanges.ts';
import { Faults } from '../../../lab/src/faults.ts';
import { type Bind, startBind } from '../../../test/support/bind.ts';
import { missing } from '../../../test/support/programs.ts';
import { systemClock } from '../plugins/clock.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import { createChallengeResolver } from './challenge-resolver.ts';
import { checkDns } from './check.ts';
import { parseEndpoint } from './endpoint.ts';
import { canonical, isWithin } from './names.ts';
import { query } from './query.ts';
import { DEFAULT_PROPAGATION, type ResolverOptions } from './resolver.ts';

const NEVER = new AbortController().signal;
const UNREACHABLE = '127.0.0.1:1';

const NEEDS = missing('named');
const onBind = test.skipIf(NEEDS);
if (NEEDS) test.skip(`the search for records ${NEEDS}`, () => {});

/** `resolver` looks up in the others and remembers. Only it knows of `internal`. */
let world: { server: Bind; lower: Bind; internal: Bind; resolver: Bind };

beforeAll(async () => {
  if (NEEDS) return;
  const [server, lower, internal] = await Promise.all([startBind(SERVER), startBind(LOWER), startBind(INTERNAL)]);
  const forwards = {
    ...Object.fromEntries(SERVER.zones.map(({ name }) => [name, server])),
    'voice.example.test': lower,
    'corp.example.test': internal,
    'secret.lab.example.test': internal,
    'lame.example.test': lower,
    'broken.example.test': internal,
    'dead.test': lower,
  };
  world = { server, lower, internal, resolver: await startBind({ forwards }) };
});
afterAll(() => Promise.all(Object.values(world ?? {}).map((bind) => bind[Symbol.asyncDispose]())));

onBind.each([
  ['of a host', '_acme-challenge.cucm-pub.lab.example.com'],
  ['of a host that does not exist', '_acme-challenge.cucm-ms.voice.lab.example.com'],
  ['at the end of an alias', '_acme-challenge.alias.lab.example.com'],
])('a resolver shows a record %s as soon as it is published', async (_, name) => {
  await using sim = await startSim();
  await using caching = await startBind({ forwards: { '.': resolverOf(sim) } });
  const resolver = resolverWith({ resolvers: [caching.endpoint], nameServers: sim.nameServers });
  const location = await resolver.locate(name, NEVER);

  sim.add({ name: location.fqdn, type: 'TXT', data: 'value' });

  const policy = { ...DEFAULT_PROPAGATION, mode: 'resolvers' } as const;
  const answers = await resolver.look(location.fqdn, 'value', location, NEVER, policy);
  expect(answers).toMatchObject([{ kind: 'resolver', state: 'seen' }]);
});

onBind('that resolver remembers what it was asked too early, and for how long is known', async () => {
  await using sim = await startSim();
  await using caching = await startBind({ forwards: { '.': resolverOf(sim) } });
  const name = '_acme-challenge.cucm-pub.lab.example.com';
  const resolver = resolverWith({ resolvers: [caching.endpoint], nameServers: sim.nameServers });
  const check = () =>
    checkDns(resolver, { name, value: 'value', policy: { ...DEFAULT_PROPAGATION, mode: 'resolvers' } }, NEVER);
  await check();

  sim.add({ name, type: 'TXT', data: 'value' });

  const { answers, diagnosis } = await check();
  expect(await resolver.locate(name, NEVER)).toMatchObject({ negativeTtlSeconds: 5 });
  expect(answers).toMatchObject([{ state: 'missing', rcode: 'NXDOMAIN' }]);
  expect(answers[0]?.ttlSeconds).toBeLessThanOrEqual(5);
  expect(diagnosis).toMatchObject([{ sentence: expect.stringMatching(/remembers that for up to \d s more\.$/) }]);
});

onBind.each([
  ['_acme-challenge.unheard.example.test', ['unheard.example.test']],
  ['_acme-challenge.cucm.nowhere.example.test', ['cucm.nowhere.example.test', '_acme-challenge.nowhere.example.test']],
  ['_acme-challenge.phone.voice.example.test', ['phone.voice.example.test']],
  [
    '_acme-challenge.alias.example.test',
    ['alias.example.test', 'cucm.acme.hoster.test', '_acme-challenge.second.example.test'],
  ],
  ['_acme-challenge.delegated.example.test', ['_acme-challenge.delegated.example.test']],
])('the resolvers do not hear of %s', async (name, hidden) => {
  await using spy = await startSpy(world.resolver);

  await resolverWith({ resolvers: [spy.endpoint] }).locate(name, NEVER);

  expect(spy.asked.length).toBeGreaterThan(0);
  expect(spy.asked.filter((one) => hidden.some((above) => isWithin(one, above)))).toEqual([]);
  expect(spy.asked).not.toContain('nowhere.example.test');
});

onBind('nor where the servers of the zone above cannot be reached', async () => {
  await using spy = await startSpy(world.resolver);
  const nameServers = { 'ns.example.test': UNREACHABLE, 'ns.voice.example.test': world.lower.endpoint };

  const location = await resolverWith({ resolvers: [spy.endpoint], nameServers }).locate(
    '_acme-challenge.phone.voice.example.test',
    NEVER,
  );

  expect(location).toMatchObject({ zone: 'voice.example.test', servers: [{ name: 'ns.voice.example.test' }] });
  expect(spy.asked).not.toContain('_acme-challenge.phone.voice.example.test');
});

onBind('a zone that one server refers to is that of the record', async () => {
  const location = await resolverWith().locate('_acme-challenge.phone.voice.example.test', NEVER);

  expect(location).toMatchObject({
    zone: 'voice.example.test',
    servers: [{ name: 'ns.voice.example.test', port: world.lower.port }],
  });
});

onBind('a record that is a zone of its own is found by its delegation, even if nobody serves it', async () => {
  const location = await resolverWith().locate('_acme-challenge.delegated.example.test', NEVER);

  expect(location).toMatchObject({
    zone: '_acme-challenge.delegated.example.test',
    servers: [{ name: 'ns.silent.test', address: '' }],
  });
});

onBind.each([
  ['_acme-challenge.cucm.corp.example.test', 'corp.example.test'],
  ['_acme-challenge.cucm.secret.lab.example.test', 'secret.lab.example.test'],
])('a zone that only the resolvers know holds %s', async (name, zone) => {
  const location = await resolverWith().locate(name, NEVER);

  expect(location).toMatchObject({
    zone,
    servers: [{ name: 'dc1.corp.example.test', port: world.internal.port }],
  });
});

onBind('where only the resolvers can be reached, they are asked for the record, too', async () => {
  const lines: string[] = [];
  const nameServers = { 'ns.example.test': UNREACHABLE, 'ns.hoster.test': UNREACHABLE };
  const resolver = resolverWith({ nameServers }, (line) => lines.push(line));

  const location = await resolver.locate('_acme-challenge.alias.example.test', NEVER);

  expect(location).toMatchObject({ fqdn: 'cucm.acme.hoster.test', zone: 'hoster.test' });
  expect(lines).toContain('No server of the zone can be asked; asking the resolvers for the record');
});

onBind.each([
  ['lame.example.test', 'Lame delegation: the parent of lame.example.test names ns.lame.example.test'],
  ['broken.example.test', 'SERVFAIL from ns.broken.example.test'],
  ['dead.test', 'Lame delegation: the parent of dead.test names ns.dead.test'],
])('%s is delegated to servers that do not serve it, and they are asked why', async (zone, sentence) => {
  const seen = await checkDns(
    resolverWith(),
    { name: `phone.${zone}`, value: null, policy: DEFAULT_PROPAGATION },
    NEVER,
  );

  expect(seen).toMatchObject({ zone, answers: [{ state: 'failed' }], agreed: false });
  expect(seen.diagnosis).toEqual([{ cause: expect.any(String), sentence: expect.stringContaining(sentence) }]);
});

onBind('nor do the resolvers have to know the zones above', async () => {
  await using narrow = await startBind({ forwards: { 'voice.example.test': world.lower, '.': world.internal } });

  const location = await resolverWith({ resolvers: [narrow.endpoint] }).locate(
    '_acme-challenge.phone.voice.example.test',
    NEVER,
  );

  expect(location).toMatchObject({ zone: 'voice.example.test', servers: [{ name: 'ns.voice.example.test' }] });
});

function resolverWith(options: Partial<ResolverOptions> = {}, debug: (message: string) => void = () => {}) {
  const log = { debug: (_: object, message: string) => debug(message), info() {}, warn() {}, error() {} };
  const nameServers = {
    'ns.example.test': world.server.endpoint,
    'ns.hoster.test': world.server.endpoint,
    'ns.voice.example.test': world.lower.endpoint,
    'dc1.corp.example.test': world.internal.endpoint,
    'ns.lame.example.test': world.lower.endpoint,
    'ns.broken.example.test': world.internal.endpoint,
    'ns.dead.test': world.lower.endpoint,
  };
  return createChallengeResolver(
    { resolvers: [world.resolver.endpoint], nameServers, timeoutMs: 2000, ...options },
    { clock: systemClock, log, http: createHttpFactory() },
  );
}

/** Its resolver keeps no cache, and what does not exist may be remembered for 5 seconds. */
async function startSim(): Promise<DnsSim> {
  const tsig = { name: 'lab-key', algorithm: 'hmac-sha256', secret: 'bGFiLXNlY3JldA==' } as const;
  const zones = [{ name: 'lab.example.com' }, { name: 'acme.example.net' }];
  const sim = await startDnsSim({ zones, tsig, faults: new Faults(), exchanges: new Exchanges() });
  sim.add({ name: '_acme-challenge.alias.lab.example.com', type: 'CNAME', data: 'cucm.acme.example.net' });
  await vi.waitFor(async () => {
    const alias = { name: '_acme-challenge.alias.lab.example.com', type: 'CNAME' } as const;
    const options = { timeoutMs: 2000, recursionDesired: false };
    expect(await query(parseEndpoint(sim.secondary), alias, options, NEVER)).toMatchObject({ rcode: 'NOERROR' });
  });
  return sim;
}

function resolverOf(sim: DnsSim): Pick<Bind, 'address' | 'port'> {
  return { address: '127.0.0.1', port: parseEndpoint(sim.resolver).port };
}

/** Passes questions on and writes their names down. UDP only. */
async function startSpy(behind: Bind) {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (question, asker) => {
    asked.push(...(decode(question).questions ?? []).map(({ name }) => canonical(name)));
    const relay = createSocket('udp4');
    relay.once('message', (answer) => {
      relay.close();
      socket.send(answer, asker.port, asker.address);
    });
    relay.send(question, behind.port, behind.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    asked,
    endpoint: `127.0.0.1:${socket.address().port}`,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

const SERVER = {
  zones: [
    {
      name: 'test',
      nameServers: ['ns.example.test'],
      records: [
        'example NS ns.example',
        'ns.example A 127.0.0.1',
        'hoster NS ns.hoster',
        'ns.hoster A 127.0.0.1',
        'dead NS ns.dead',
      ],
    },
    {
      name: 'example.test',
      nameServers: ['ns.example.test'],
      records: [
        'ns A 127.0.0.1',
        'cucm A 127.0.0.1',
        'www.lab A 127.0.0.1',
        '_acme-challenge.alias CNAME _acme-challenge.second',
        '_acme-challenge.second CNAME cucm.acme.hoster.test.',
        '_acme-challenge.delegated NS ns.silent.test.',
        'voice NS ns.voice',
        'ns.voice A 127.0.0.1',
        'lame NS ns.lame',
        'broken NS ns.broken',
      ],
    },
    { name: 'hoster.test', nameServers: ['ns.hoster.test'], records: ['ns A 127.0.0.1'] },
  ],
};

const LOWER = {
  zones: [{ name: 'voice.example.test', nameServers: ['ns.voice.example.test'], records: ['ns A 127.0.0.1'] }],
};

const INTERNAL = {
  zones: [
    { name: 'corp.example.test', nameServers: ['dc1.corp.example.test'], records: ['dc1 A 127.0.0.1'] },
    { name: 'secret.lab.example.test', nameServers: ['dc1.corp.example.test'] },
    {
      name: 'broken.example.test',
      nameServers: ['ns.broken.example.test'],
      records: ['such a line no server can read'],
    },
  ],
};
