import { expect, test } from 'vitest';
import { type ChallengeResolver, DEFAULT_PROPAGATION, type ServerAnswer } from '../../dns/resolver.ts';
import type { Facts } from '../facts.ts';
import type { StepContext } from '../step.ts';
import { propagate } from './propagate.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const FQDN = '_acme-challenge.example.test';

test('wait-only asks nobody, waits until a stored instant, and then goes on', async () => {
  const world = stage();
  const target = targetWith({ propagation: { ...DEFAULT_PROPAGATION, mode: 'wait-only', waitSeconds: 90 } });

  const first = await propagate.run({ ...facts(), target }, world.ctx);
  world.advance(90_000);
  const second = await propagate.run({ ...facts(), target, ...world.kept }, world.ctx);

  expect(first).toMatchObject({ kind: 'wait', until: new Date(START + 90_000) });
  expect(second).toMatchObject({ kind: 'done', gives: { propagation: [] } });
  expect(world.asked).toBe(0);
});

test('resolvers have the time to forget that they were asked too early', async () => {
  const world = stage();
  const [published] = facts().records;
  const records = published ? [{ ...published, location: { ...published.location, negativeTtlSeconds: 600 } }] : [];
  const target = targetWith({ propagation: { ...DEFAULT_PROPAGATION, mode: 'resolvers' } });

  await expect(propagate.run({ ...facts(), records, target }, world.ctx)).rejects.toThrow('Lame');

  expect(world.kept.propagateBy).toBe(new Date(START + 630_000).toISOString());
});

test('fails with the cause in words, after one note for each change', async () => {
  const world = stage();

  const outcome = propagate.run({ ...facts(), target: targetWith({ propagationPatienceSeconds: 20 }) }, world.ctx);

  await expect(outcome).rejects.toMatchObject({
    code: 'DNS_NOT_PROPAGATED',
    message: expect.stringMatching(/^Lame delegation: the parent of example\.test names ns1 \(192\.0\.2\.1\)/),
    evidence: { body: 'ns1 failed (refuses)' },
  });
  expect(world.notes).toEqual(['ns1 failed (refuses); usually 5.0 s here, at most 9.0 s (2 times)']);
  expect(world.kept.propagationWait).toEqual({
    startedAt: new Date(START).toISOString(),
    typical: { medianMs: 5_000, slowestMs: 9_000, count: 2 },
  });
  expect(world.asked).toBeGreaterThan(10);
});

const LAME: ServerAnswer = {
  server: { name: 'ns1', address: '192.0.2.1', port: 53 },
  kind: 'authoritative',
  state: 'failed',
  reason: 'lame',
  rcode: 'REFUSED',
  detail: 'refuses',
  values: [],
  ttlSeconds: null,
  soaSerial: null,
  soaPrimary: null,
  latencyMs: 1,
};

/** One server that is lame for ever, on a clock that jumps to where it is waited for. */
function stage() {
  let now = START;
  const world = { asked: 0, notes: [] as string[], kept: {} as Partial<Facts>, advance: (ms: number) => (now += ms) };
  const look: ChallengeResolver['look'] = async () => {
    world.asked += 1;
    return [LAME];
  };
  const ctx = {
    clock: {
      now: () => new Date(now),
      sleepUntil: async (instant: Date) => {
        now = Math.max(now, instant.getTime());
      },
    },
    signal: new AbortController().signal,
    resolver: { look },
    history: { record: async () => {}, typical: async () => ({ medianMs: 5_000, slowestMs: 9_000, count: 2 }) },
    dns: { providerFor: () => ({}) },
    keep: async (part: Partial<Facts>) => {
      world.kept = { ...world.kept, ...part };
    },
    note: async (message: string) => {
      world.notes.push(message);
    },
  };
  // The step uses nothing else.
  return Object.assign(world, { ctx: ctx as unknown as StepContext });
}

function facts(): Pick<Facts, 'records' | 'challenges'> {
  const location = { fqdn: FQDN, aliases: [], zone: 'example.test', servers: [LAME.server] };
  const record = { fqdn: FQDN, value: 'right', ttlSeconds: 60, zone: 'example.test' };
  const url = 'https://ca.test/challenge';
  const proof = { type: 'dns-01', dnsName: 'example.test', recordName: FQDN, recordValue: 'right' } as const;
  return { records: [{ record, location, receipt: null }], challenges: [{ ...proof, url, authorizationUrl: url }] };
}

function targetWith(change: Partial<Facts['target']>): Facts['target'] {
  return {
    connectionId: 1,
    slot: 'tomcat',
    dnsNames: ['example.test'],
    daysBefore: 30,
    activation: 'automatic',
    propagationPatienceSeconds: null,
    propagation: null,
    verifyPatienceSeconds: null,
    restartCalendar: null,
    emergency: null,
    keyKind: null,
    reuseKey: false,
    asked: true,
    goal: 'serve',
    ...change,
  };
}
