import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bind, startBind } from '../../../test/support/bind.ts';
import { missing } from '../../../test/support/programs.ts';
import { systemClock } from '../plugins/clock.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import { createChallengeResolver } from './challenge-resolver.ts';
import { createDelegation } from './delegation.ts';
import { createRecursive } from './recursive.ts';
import type { CaaRecord, ChallengeLocation, ResolverOptions } from './resolver.ts';

const NEVER = new AbortController().signal;
const log = { debug() {}, info() {}, warn() {}, error() {} };
const ASKING = { timeoutMs: 2000, http: createHttpFactory(), log };

const NEEDS = missing('named');
const onBind = test.skipIf(NEEDS);
if (NEEDS) test.skip(`the challenge resolver ${NEEDS}`, () => {});

/** `resolver` looks up in the others, as a recursive resolver does. */
let world: { registry: Bind; primary: Bind; stale: Bind; lame: Bind; resolver: Bind };

beforeAll(async () => {
  if (NEEDS) return;
  const [registry, primary, stale, lame] = await Promise.all([
    startBind(REGISTRY),
    startBind(PRIMARY),
    startBind(STALE),
    startBind({}),
  ]);
  const forwards = Object.fromEntries(PRIMARY.zones.map(({ name }) => [name, primary]));
  const resolver = await startBind({ forwards: { '.': registry, test: registry, 'co.uk': registry, ...forwards } });
  world = { registry, primary, stale, lame, resolver };
});
afterAll(() => Promise.all(Object.values(world ?? {}).map((bind) => bind[Symbol.asyncDispose]())));

function resolverWith(options: Partial<ResolverOptions> = {}) {
  return createChallengeResolver(
    {
      resolvers: [world.resolver.endpoint],
      nameServers: {
        'ns.registry.test': world.registry.endpoint,
        'ns1.hoster.test': world.primary.endpoint,
        'NS2.hoster.test.': world.primary.endpoint,
      },
      timeoutMs: 2000,
      ...options,
    },
    { clock: systemClock, log, http: createHttpFactory() },
  );
}

onBind('locate finds the zone above a name that does not exist yet', async () => {
  const location = await resolverWith().locate('_acme-challenge.CUCM.lab.example.test.', NEVER);

  expect(location).toMatchObject({
    fqdn: '_acme-challenge.cucm.lab.example.test',
    aliases: [],
    zone: 'example.test',
  });
});

onBind('locate takes the servers that the parent names, not those that the zone names', async () => {
  const location = await resolverWith().locate('_acme-challenge.example.test', NEVER);

  expect(location.servers.map(({ name }) => name)).toEqual(['ns1.hoster.test', 'ns2.hoster.test']);
  expect(location.servers[1]).toMatchObject({ address: '127.0.0.1', port: world.primary.port });
});

onBind('locate takes the servers that the zone names when the parent cannot be asked', async () => {
  const nameServers = { 'ns.registry.test': '127.0.0.1:1' };

  const location = await resolverWith({ nameServers }).locate('_acme-challenge.example.test', NEVER);

  expect(location.servers.map(({ name }) => name)).toEqual(['ns1.hoster.test', 'only-in-the-zone.hoster.test']);
});

onBind('locate finds a challenge name that is a zone of its own', async () => {
  const location = await resolverWith().locate('_acme-challenge.delegated.example.test', NEVER);

  expect(location).toMatchObject({ aliases: [], zone: '_acme-challenge.delegated.example.test' });
  expect(location.servers.map(({ name }) => name)).toEqual(['ns2.hoster.test']);
});

onBind('locate finds it below an alias, too, where the parent name says nothing about the zone', async () => {
  const location = await resolverWith().locate('_acme-challenge.www.example.test', NEVER);

  expect(location.zone).toBe('_acme-challenge.www.example.test');
  expect(location.servers.map(({ name }) => name)).toEqual(['ns2.hoster.test']);
});

onBind('an alias is in the zone above it, wherever it leads', async () => {
  const recursive = createRecursive([world.resolver.endpoint], ASKING);
  const delegation = createDelegation({ recursive, nameServers: {}, timeoutMs: 2000, log });

  expect(await delegation.zoneOf('www.deep.example.test', NEVER)).toBe('deep.example.test');
});

onBind('locate follows aliases into another zone', async () => {
  const location = await resolverWith().locate('_acme-challenge.alias.example.test', NEVER);

  expect(location).toMatchObject({
    fqdn: 'cucm.acme.hoster.test',
    aliases: ['_acme-challenge.alias.example.test', 'second.example.test'],
    zone: 'hoster.test',
  });
});

onBind('locate refuses aliases that run in a circle, and shows the circle', async () => {
  const outcome = resolverWith().locate('_acme-challenge.circle.example.test', NEVER);

  await expect(outcome).rejects.toMatchObject({
    code: 'DNS_ZONE_NOT_FOUND',
    message: expect.stringContaining('circle'),
    evidence: { body: expect.stringContaining('back.circle.example.test -> _acme-challenge.circle.example.test') },
  });
});

onBind('locate refuses more aliases than resolvers follow', async () => {
  const outcome = resolverWith().locate('a0.chain.example.test', NEVER);

  await expect(outcome).rejects.toMatchObject({ code: 'DNS_ZONE_NOT_FOUND' });
});

onBind.each([
  ['_acme-challenge.example.nowhere', 'the root'],
  ['_acme-challenge.not-registered.co.uk', '"co.uk"'],
])('locate: %s is in no zone of ours', async (name, closest) => {
  const outcome = resolverWith().locate(name, NEVER);

  await expect(outcome).rejects.toMatchObject({
    code: 'DNS_ZONE_NOT_FOUND',
    message: expect.stringContaining(closest),
  });
});

onBind('locate lists every address of every name server, and one that has none', async () => {
  const location = await resolverWith({ nameServers: {} }).locate('_acme-challenge.families.test', NEVER);

  expect(location.servers).toEqual([
    { name: 'both.hoster.test', address: '127.0.0.7', port: 53 },
    { name: 'both.hoster.test', address: '::1', port: 53 },
    { name: 'none.hoster.test', address: '', port: 53 },
  ]);
});

onBind.each(['authoritative', 'resolvers', 'both', 'wait-only'] as const)(
  'locate sees the public zone through the resolvers of the policy, where an internal view hides it (%s)',
  async (mode) => {
    await using inside = await startBind({ zones: [{ name: 'lab.example.test', nameServers: ['dc1.corp.test'] }] });
    const resolver = resolverWith({ resolvers: [inside.endpoint] });
    const policy = { mode, checkResolvers: [world.resolver.endpoint], waitSeconds: 1 };

    const location = await resolver.locate('_acme-challenge.cucm.lab.example.test', NEVER, policy);

    expect(location.zone).toBe('example.test');
    expect(location.servers.map(({ name }) => name)).toEqual(['ns1.hoster.test', 'ns2.hoster.test']);
  },
);

onBind('locate asks the next resolver when one fails', async () => {
  const resolvers = ['127.0.0.1:1', world.lame.endpoint, world.resolver.endpoint];

  const location = await resolverWith({ resolvers }).locate('_acme-challenge.example.test', NEVER);

  expect(location.zone).toBe('example.test');
});

onBind('the resolvers of the system are asked when none are configured', async () => {
  const recursive = createRecursive([], ASKING, () => [world.resolver.endpoint]);

  expect(await recursive.addressesOf('both.hoster.test', NEVER)).toEqual(['127.0.0.7', '::1']);
});

onBind('locate tells what each resolver said when none answers', async () => {
  const resolvers = ['127.0.0.1:1', world.lame.endpoint];

  const outcome = resolverWith({ resolvers }).locate('_acme-challenge.example.test', NEVER);

  await expect(outcome).rejects.toMatchObject({
    code: 'DNS_UNREACHABLE',
    evidence: { body: expect.stringMatching(/ECONNREFUSED.*\n.*: REFUSED/) },
  });
});

onBind('locate ends with the reason of the signal', async () => {
  const reason = new Error('cancelled by the test');

  await expect(resolverWith().locate('a.example.test', AbortSignal.abort(reason))).rejects.toBe(reason);
});

function serverAt(name: string, { address, port }: Pick<Bind, 'address' | 'port'>) {
  return { name, address, port };
}
function locationOf(...servers: ChallengeLocation['servers']): ChallengeLocation {
  return { fqdn: '_acme-challenge.published.example.test', aliases: [], zone: 'example.test', servers };
}

onBind('look says what each server has, with serial and TTL', async () => {
  const location = locationOf(serverAt('ns1', world.primary), serverAt('ns2', world.stale));

  const answers = await resolverWith().look(location.fqdn, 'right', location, NEVER);

  expect(answers).toMatchObject([
    { server: { name: 'ns1' }, state: 'seen', rcode: 'NOERROR', detail: 'seen, beside 1 more', ttlSeconds: 30 },
    { server: { name: 'ns2' }, state: 'missing', rcode: 'NOERROR', detail: 'other values', ttlSeconds: 60 },
  ]);
  expect(answers.map(({ soaSerial }) => soaSerial)).toEqual([1, 1]);
});

onBind('look tells lame and silent servers from those that have not got it', async () => {
  const location = locationOf(
    serverAt('refusing', world.lame),
    serverAt('recursive', world.resolver),
    serverAt('closed', { address: '127.0.0.1', port: 1 }),
    { name: 'nameless', address: '', port: 53 },
  );

  const answers = await resolverWith().look(location.fqdn, 'right', location, NEVER);

  expect(answers).toMatchObject([
    { state: 'failed', rcode: 'REFUSED', detail: 'refuses to answer for the zone (lame)' },
    { state: 'failed', rcode: 'NOERROR', detail: 'not authoritative (lame)' },
    { state: 'failed', rcode: null, detail: expect.stringContaining('ECONNREFUSED') },
    { state: 'failed', rcode: null, detail: 'the name of this server has no address' },
  ]);
});

onBind('look sees a name that is not there', async () => {
  const location = { ...locationOf(serverAt('ns1', world.primary)), fqdn: '_acme-challenge.absent.example.test' };

  const answers = await resolverWith().look(location.fqdn, 'right', location, NEVER);

  expect(answers).toMatchObject([{ state: 'missing', rcode: 'NXDOMAIN', detail: 'no such name', soaSerial: 1 }]);
});

onBind('look ends with the reason of the signal', async () => {
  const reason = new Error('cancelled by the test');
  const location = locationOf(serverAt('ns1', world.primary));

  await expect(resolverWith().look('a', 'b', location, AbortSignal.abort(reason))).rejects.toBe(reason);
});

onBind('caa climbs to the closest ancestor that has records', async () => {
  const records = await resolverWith().caa('*.deep.cucm.example.test', NEVER);

  expect(sorted(records)).toEqual([
    { tag: 'issue', value: 'ca.test', critical: false, owner: 'example.test' },
    { tag: 'issuewild', value: ';', critical: true, owner: 'example.test' },
  ]);
});

onBind('caa stops at the first that has any', async () => {
  const records = await resolverWith().caa('host.own-caa.example.test', NEVER);

  expect(records.map(({ value, owner }) => ({ value, owner }))).toEqual([
    { value: 'other-ca.test', owner: 'own-caa.example.test' },
  ]);
});

onBind('caa follows an alias of the name, and climbs from the name, not from where the alias leads', async () => {
  const withRecords = await resolverWith().caa('caa-alias.example.test', NEVER);
  const without = await resolverWith().caa('plain-alias.example.test', NEVER);

  expect(withRecords).toMatchObject([{ value: 'alias-ca.test', owner: 'caa.hoster.test' }]);
  expect(without).toMatchObject([{ owner: 'example.test' }, { owner: 'example.test' }]);
});

onBind('caa is empty when nobody has any', async () => {
  expect(await resolverWith().caa('host.families.test', NEVER)).toEqual([]);
});

onBind('caa fails when nobody can be asked', async () => {
  const outcome = resolverWith({ resolvers: ['127.0.0.1:1'] }).caa('host.example.test', NEVER);

  await expect(outcome).rejects.toMatchObject({ code: 'DNS_UNREACHABLE' });
});

/** A server gives the records of a set in any order. */
function sorted(records: readonly CaaRecord[]): CaaRecord[] {
  return [...records].sort((a, b) => a.tag.localeCompare(b.tag));
}

const REGISTRY_SERVERS = ['ns.registry.test'];

/** Delegates, and knows nothing below. */
const REGISTRY = {
  zones: [
    { name: '.', nameServers: REGISTRY_SERVERS, records: ['test NS ns.registry.test.', 'co.uk NS ns.registry.test.'] },
    { name: 'co.uk', nameServers: REGISTRY_SERVERS },
    {
      name: 'test',
      nameServers: REGISTRY_SERVERS,
      records: [
        'ns.registry A 127.0.0.1',
        'example NS ns1.hoster.test.',
        'example NS ns2.hoster.test.',
        'hoster NS ns1.hoster.test.',
        'ns1.hoster A 127.0.0.1',
        'families NS both.hoster.test.',
        'families NS none.hoster.test.',
      ],
    },
  ],
};

const PRIMARY = {
  zones: [
    {
      name: 'example.test',
      nameServers: ['ns1.hoster.test', 'only-in-the-zone.hoster.test'],
      records: [
        '@ CAA 0 issue "ca.test"',
        '@ CAA 128 issuewild ";"',
        'own-caa CAA 0 issue "other-ca.test"',
        'caa-alias CNAME caa.hoster.test.',
        'plain-alias CNAME ns1.hoster.test.',
        '_acme-challenge.published 30 TXT "right"',
        '_acme-challenge.published 30 TXT "of the wildcard"',
        '_acme-challenge.delegated NS ns2.hoster.test.',
        'deep NS ns1.hoster.test.',
        'www CNAME ns1.hoster.test.',
        '_acme-challenge.www NS ns2.hoster.test.',
        '_acme-challenge.alias CNAME second',
        'second CNAME cucm.acme.hoster.test.',
        '_acme-challenge.circle CNAME back.circle',
        'back.circle CNAME _acme-challenge.circle',
        ...Array.from({ length: 20 }, (_, n) => `a${n}.chain CNAME a${n + 1}.chain`),
      ],
    },
    { name: '_acme-challenge.delegated.example.test', nameServers: ['ns2.hoster.test'] },
    { name: 'deep.example.test', nameServers: ['ns1.hoster.test'], records: ['www CNAME x.example.test.'] },
    { name: '_acme-challenge.www.example.test', nameServers: ['ns2.hoster.test'] },
    {
      name: 'hoster.test',
      nameServers: ['ns1.hoster.test'],
      records: [
        'ns1 A 127.0.0.1',
        'ns2 A 127.0.0.1',
        'both A 127.0.0.7',
        'both AAAA ::1',
        'none TXT "no address"',
        'caa CAA 0 issue "alias-ca.test"',
      ],
    },
    { name: 'families.test', nameServers: ['both.hoster.test', 'none.hoster.test'] },
  ],
};

/** Another primary of the same zone that has not heard the news. */
const STALE = {
  zones: [
    {
      name: 'example.test',
      nameServers: ['ns1.hoster.test'],
      records: ['_acme-challenge.published TXT "of last year"'],
    },
  ],
};
