import { expect, test } from 'vitest';
import type { PropagationHistory, TypicalWait } from './history.ts';
import { type PropagationReport, type WatchedRecord, type WatchOptions, watchRecords } from './microscope.ts';
import { type ChallengeResolver, DEFAULT_PROPAGATION, type NameServer, type ServerAnswer } from './resolver.ts';

const NEVER = new AbortController().signal;
const NS1: NameServer = { name: 'ns1', address: '192.0.2.1', port: 53 };
const NS2: NameServer = { name: 'ns2', address: '192.0.2.2', port: 53 };
const RESOLVER: NameServer = { name: 'resolver', address: '192.0.2.53', port: 53 };

test.each([0, 1, 149, 700, 3_000, 10_007, 61_234])(
  'ends within 2 s after the last server agrees, which is %i ms after the beginning',
  async (agreesAt) => {
    const world = new World((server) => (server === NS2 && world.ms < agreesAt ? MISSING : SEEN));

    const reports = await world.watch();

    expect(reports.at(-1)?.agreed).toBe(true);
    expect(world.ms - agreesAt).toBeLessThanOrEqual(1_600);
  },
);

test('a server that is slow to answer takes nothing from the pace of the others', async () => {
  const world = new World((server) => (server === NS2 && world.ms < 20_000 ? MISSING : SEEN));
  world.roundMs = 1_400;

  await world.watch();

  expect(world.ms).toBeLessThanOrEqual(22_900);
});

test('reports what changed and nothing else, each server with the instant since when it agrees', async () => {
  const world = new World((server) => (server === NS2 && world.ms < 5_000 ? MISSING : SEEN));

  const [first, last, ...more] = await world.watch();

  expect(more).toEqual([]);
  expect(states(first)).toEqual([
    ['ns1', 'seen', '1970-01-01T00:00:00.000Z'],
    ['ns2', 'missing', null],
  ]);
  expect(states(last)[0]).toEqual(states(first)[0]);
  expect(Date.parse(states(last)[1]?.[2] ?? '')).toBe(world.ms);
});

test('since begins anew at a server that lost the record in between', async () => {
  const world = new World((server) => {
    if (server === NS1) return world.ms > 2_000 && world.ms < 4_000 ? MISSING : SEEN;
    return world.ms < 6_000 ? MISSING : SEEN;
  });

  const reports = await world.watch();

  expect(Date.parse(states(reports.at(-1))[0]?.[2] ?? '')).toBeGreaterThanOrEqual(4_000);
});

test('since is that of an earlier watch where the record was seen then and is still', async () => {
  const world = new World();
  const [before] = await world.watch();
  world.ms = 60_000;
  const lost = before?.records.map((record) => ({
    ...record,
    answers: record.answers.map((answer) => (answer.server === NS2 ? { ...answer, since: null } : answer)),
  }));

  const [after] = await world.watch({ earlier: lost ?? [] });

  expect(states(after).map(([, , since]) => since)).toEqual(['1970-01-01T00:00:00.000Z', '1970-01-01T00:01:00.000Z']);
});

test('the deadline ends it, and the last report is not agreed', async () => {
  const world = new World(() => MISSING);

  const reports = await world.watch({ deadline: new Date(10_000) });

  expect(world.ms).toBe(10_000);
  expect(reports.map(({ agreed }) => agreed)).toEqual([false]);
});

test('a server without a route is asked once', async () => {
  const overIpv6 = { ...NS1, address: '2001:db8::1' };
  const world = new World((server) => {
    if (server === overIpv6) return NO_ROUTE;
    return world.ms < 5_000 ? MISSING : SEEN;
  });
  world.servers = [NS1, overIpv6];

  const reports = await world.watch();

  expect(world.asked.filter((server) => server === overIpv6)).toHaveLength(1);
  expect(reports.at(-1)).toMatchObject({ agreed: true, records: [{ answers: [{}, { reason: 'no-route' }] }] });
});

test('resolvers are asked when the name servers agree, so that they do not remember too early an answer', async () => {
  const world = new World((server) => (server === NS2 && world.ms < 5_000 ? MISSING : SEEN));

  const reports = await world.watch({ policy: { ...DEFAULT_PROPAGATION, mode: 'both' } });

  expect(world.asked.length).toBeGreaterThan(3);
  expect(world.asked.indexOf(RESOLVER)).toBe(world.asked.length - 1);
  expect(states(reports.at(-1)).map(([name]) => name)).toEqual(['ns1', 'ns2', 'resolver']);
});

test('name servers are asked again before a resolver with a newer serial is called another view', async () => {
  const world = new World((server) => ({
    ...(server === RESOLVER ? MISSING : SEEN),
    soaSerial: server === RESOLVER || world.asked.includes(RESOLVER) ? 6 : 5,
  }));
  const policy = { ...DEFAULT_PROPAGATION, mode: 'both' } as const;

  const [report] = await world.watch({ policy, deadline: new Date(0) });

  expect(report?.records[0]?.answers.map(({ soaSerial }) => soaSerial)).toEqual([6, 6, 6]);
});

test('resolvers are asked at the deadline, for the diagnosis', async () => {
  const world = new World((server) => (server === RESOLVER ? SEEN : MISSING));
  const policy = { ...DEFAULT_PROPAGATION, mode: 'both' } as const;

  const reports = await world.watch({ policy, deadline: new Date(3_000) });

  expect(states(reports.at(-1)).map(([, state]) => state)).toEqual(['missing', 'missing', 'seen']);
});

test('nobody but the resolvers is asked when the policy says so', async () => {
  const world = new World(() => SEEN);

  await world.watch({ policy: { ...DEFAULT_PROPAGATION, mode: 'resolvers' } });

  expect(world.asked).toEqual([RESOLVER]);
});

test('resolvers that nobody precedes are first asked when the record should be there', async () => {
  const resolvers = { policy: { ...DEFAULT_PROPAGATION, mode: 'resolvers' }, fresh: true } as const;
  const [unknown, known, slow, due] = [new World(), new World(), new World(), new World()];

  await unknown.watch(resolvers);
  await known.watch(resolvers, historyOf({ medianMs: 700, slowestMs: 900, count: 3 }));
  await slow.watch(resolvers, historyOf({ medianMs: 300_000, slowestMs: 300_000, count: 3 }));
  await due.watch({ ...resolvers, deadline: new Date(2_000) });

  expect([unknown, known, slow, due].map(({ ms }) => ms)).toEqual([5_000, 700, 60_000, 2_000]);
});

test('of a wait that ended with the first look, nothing is learnt: it might have been shorter', async () => {
  const learnt: number[] = [];
  const policy = { ...DEFAULT_PROPAGATION, mode: 'resolvers' } as const;
  const history = { ...historyOf(null), record: async (_zone: string, ms: number) => void learnt.push(ms) };
  const slow = new World(() => (slow.ms < 9_000 ? MISSING : SEEN));

  await new World().watch({ policy, learn: true }, history);
  await slow.watch({ policy, learn: true }, history);

  expect(learnt).toEqual([slow.ms]);
});

test('learns how long it took, and says what is known at the beginning', async () => {
  const typical = { medianMs: 1, slowestMs: 2, count: 3 };
  const learnt: [string, number][] = [];
  const history: PropagationHistory = {
    record: async (zone, ms) => {
      learnt.push([zone, ms]);
    },
    typical: async () => typical,
  };
  const world = new World(() => (world.ms < 5_000 ? MISSING : SEEN));

  const reports = await world.watch({ learn: true }, history);

  expect(reports[0]?.typical).toEqual(typical);
  expect(learnt).toEqual([['example.test', world.ms]]);
});

test('learns of each zone when its own records agree, also when another never does', async () => {
  const learnt: [string, number][] = [];
  const record = async (zone: string, ms: number) => void learnt.push([zone, ms]);
  const world = new World((_server, zone) => (zone === 'slow.test' || world.ms < 3_000 ? MISSING : SEEN));
  world.zones = ['quick.test', 'slow.test'];

  await world.watch({ learn: true, deadline: new Date(20_000) }, { ...historyOf(null), record });

  expect(learnt).toEqual([['quick.test', expect.any(Number)]]);
  expect(learnt[0]?.[1]).toBeLessThan(5_000);
});

test('learns nothing from a failure, nor when told not to', async () => {
  const learnt: string[] = [];
  const history = { record: async (zone: string) => void learnt.push(zone), typical: async () => null };

  await new World(() => MISSING).watch({ learn: true, deadline: new Date(1_000) }, history);
  await new World(() => SEEN).watch({ learn: false }, history);

  expect(learnt).toEqual([]);
});

test('ends with the reason of the signal', async () => {
  const reason = new Error('cancelled by the test');
  const world = new World(() => MISSING);
  world.signal = AbortSignal.abort(reason);

  await expect(world.watch()).rejects.toBe(reason);
});

type Said = Pick<ServerAnswer, 'state' | 'reason'> & Partial<Pick<ServerAnswer, 'soaSerial'>>;
type Script = (server: NameServer, zone: string) => Said;
const SEEN: Said = { state: 'seen', reason: 'seen' };
const MISSING: Said = { state: 'missing', reason: 'no-name' };
const NO_ROUTE: Said = { state: 'failed', reason: 'no-route' };

/** Servers that answer by a script, on a clock that jumps to where it is waited for. */
class World {
  ms = 0;
  /** Milliseconds that a round of questions takes. */
  roundMs = 0;
  servers: readonly NameServer[] = [NS1, NS2];
  zones: readonly string[] = ['example.test'];
  signal: AbortSignal = NEVER;
  readonly asked: NameServer[] = [];
  readonly #answer: Script;

  constructor(answer: Script = () => SEEN) {
    this.#answer = answer;
  }

  async watch(options: Partial<WatchOptions> = {}, history?: PropagationHistory): Promise<PropagationReport[]> {
    const records = this.zones.map((zone): WatchedRecord => {
      const fqdn = `_acme-challenge.${zone}`;
      return { fqdn, value: 'right', location: { fqdn, aliases: [], zone, servers: this.servers } };
    });
    const watch = watchRecords(
      records,
      { policy: DEFAULT_PROPAGATION, deadline: null, learn: false, ...options },
      { resolver: { look: this.#look }, clock: this.#clock, signal: this.signal, ...(history ? { history } : {}) },
    );
    const reports: PropagationReport[] = [];
    for await (const report of watch) reports.push(report);
    return reports;
  }

  readonly #clock = {
    now: () => new Date(this.ms),
    sleepUntil: async (instant: Date, signal: AbortSignal) => {
      signal.throwIfAborted();
      this.ms = Math.max(this.ms, instant.getTime());
    },
  };

  readonly #look: ChallengeResolver['look'] = async (_fqdn, _value, { servers, zone }, _signal, policy) => {
    const asked = policy?.mode === 'resolvers' ? [RESOLVER] : servers;
    this.asked.push(...asked);
    const answers = asked.map((server) => ({
      ...SILENT,
      kind: server === RESOLVER ? ('resolver' as const) : ('authoritative' as const),
      server,
      ...this.#answer(server, zone),
    }));
    this.ms += this.roundMs;
    return answers;
  };
}

const SILENT: Omit<ServerAnswer, 'server' | 'state' | 'reason'> = {
  kind: 'authoritative',
  rcode: 'NOERROR',
  detail: '',
  values: [],
  ttlSeconds: null,
  soaSerial: 1,
  soaPrimary: 'ns1',
  latencyMs: 1,
};

function historyOf(typical: TypicalWait | null): PropagationHistory {
  return { record: async () => {}, typical: async () => typical };
}

function states(report: PropagationReport | undefined): [string, string, string | null][] {
  const answers = report?.records.flatMap((record) => record.answers) ?? [];
  return answers.map(({ server, state, since }) => [server.name, state, since]);
}
