import { expect, test } from 'vitest';
import type { DnsProvider } from '../dns/provider.ts';
import type { ServerAnswer } from '../dns/resolver.ts';
import { tryTestRecord } from './test-record.ts';

const NS = { name: 'ns1', address: '192.0.2.1', port: 53 };
const LOCATION = { fqdn: '_acme-challenge.example.test', aliases: [], zone: 'example.test', servers: [NS] };

test.each([
  { patience: undefined, minutes: 2, outcome: 'block', words: 'not seen everywhere in time' },
  { patience: 1_200_000, minutes: 2, outcome: 'warn', words: 'after 2 minutes; a renewal waits for 20' },
])('a record that stays away is a $outcome after $minutes minutes, and is removed', async (row) => {
  const world = stage(row.patience);

  const tried = await tryTestRecord(LOCATION, world.trial);

  expect(tried).toMatchObject({ outcome: row.outcome, answer: expect.stringContaining(row.words) });
  expect(world.waitedMs()).toBe(row.minutes * 60_000);
  expect(world.values).toEqual([]);
});

/** One server that never shows anything, on a clock that jumps to where it is waited for. */
function stage(propagationTimeoutMs: number | undefined) {
  let now = 0;
  const values: string[] = [];
  const provider: DnsProvider = {
    ...(propagationTimeoutMs !== undefined && { propagationTimeoutMs }),
    check: async () => [],
    present: async ({ value }) => {
      values.push(value);
      return { handle: null };
    },
    cleanUp: async ({ value }) => void values.splice(values.indexOf(value), 1),
  };
  const sleepUntil = async (instant: Date) => {
    now = instant.getTime();
  };
  const trial = {
    provider,
    policy: { propagation: null, propagationPatienceSeconds: null },
    resolver: { look: async () => [ABSENT] },
    clock: { now: () => new Date(now), sleepUntil },
    signal: new AbortController().signal,
  };
  return { trial, values, waitedMs: () => now };
}

const ABSENT: ServerAnswer = {
  server: NS,
  kind: 'authoritative',
  state: 'missing',
  reason: 'no-name',
  rcode: 'NXDOMAIN',
  detail: 'no such name',
  values: [],
  ttlSeconds: null,
  soaSerial: 1,
  soaPrimary: 'ns1',
  latencyMs: 1,
};
