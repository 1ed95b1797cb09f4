import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fillStore } from '../../../test/support/fill.ts';
import { warningsDuring } from '../../../test/support/warnings.ts';
import { AppError } from '../domain/errors.ts';
import { systemClock } from '../plugins/clock.ts';
import { Deadline } from '../plugins/deadline.ts';
import { openStore } from '../store/kysely/open.ts';
import { newMasterKey } from '../store/master-key.ts';
import type { Store } from '../store/store.ts';
import { Bulk, type BulkDeps } from './bulk.ts';

/** A runner that begins what it is told, and never ends it: the test does. */
const begun: number[] = [];
let store: Store;
let bulk: Bulk;
let ids: readonly number[];

beforeEach(async () => {
  begun.length = 0;
  store = await openStore({ file: ':memory:', masterKey: newMasterKey(), clock: systemClock });
  ids = await fillStore(store, 6);
  bulk = newBulk();
});
afterEach(async () => {
  await bulk[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

function newBulk(preflight: BulkDeps['preflight'] = async () => []): Bulk {
  const log = pino({ level: 'silent' });
  return new Bulk({ store, clock: systemClock, log, runner: { start }, preflight });
}

async function start(connectionId: number): Promise<string> {
  if (connectionId === ids[1]) throw new AppError('RENEWAL_RUNNING', 'Another renewal of it is unfinished.');
  const id = `bulk-${connectionId}`;
  await store.renewals.begin({ id, connectionId, state: { at: 'inspect.running' }, machineVersion: 1, facts: {} });
  await store.events.append([{ type: 'renewal.started', renewalId: id, connectionId, by: 'operator' }]);
  begun.push(connectionId);
  return id;
}

async function finish(connectionId: number): Promise<void> {
  const renewalId = `bulk-${connectionId}`;
  const finished = { type: 'renewal.finished', outcome: 'verified', message: 'Served', oldStillServed: false } as const;
  await store.renewals.save(renewalId, { outcome: 'verified', finishedAt: '2026-01-01T00:00:00.000Z' });
  await store.events.append([{ ...finished, renewalId, connectionId }]);
}

function nth(index: number): number {
  return ids[index] ?? 0;
}

test('runs three renewals at a time, in their order, and says why one is refused', async () => {
  const id = await bulk.ask('renew', ids, 'anna');

  await expect.poll(() => begun).toEqual([nth(0), nth(2), nth(3)]);
  await finish(nth(2));
  await expect.poll(() => begun).toEqual([nth(0), nth(2), nth(3), nth(4)]);

  expect(await store.bulk.counts(id, null)).toMatchObject({ waiting: 1, running: 3, done: 1, refused: 1 });
  expect((await store.bulk.items(id, null, 9))[0]).toMatchObject({ message: 'Another renewal of it is unfinished.' });
});

test('does not wait for what waits for a person', async () => {
  const id = await bulk.ask('renew', ids, 'anna');
  await expect.poll(() => begun).toHaveLength(3);

  await store.events.append([
    { type: 'step.held', renewalId: `bulk-${nth(0)}`, step: 'activate', ask: 'Say go', confirm: null },
  ]);

  await expect.poll(() => begun).toContain(nth(4));
  const items = await store.bulk.items(id, null, 9);
  expect(items.find(({ connectionId }) => connectionId === nth(0))).toMatchObject({
    state: 'done',
    message: 'Waits for you. Say go',
  });
});

test('begins nothing more once it is stopped', async () => {
  const id = await bulk.ask('renew', ids, 'anna');
  await expect.poll(() => begun).toHaveLength(3);

  await store.bulk.stop(id, null);
  for (const index of [0, 2, 3]) await finish(nth(index));

  await expect.poll(() => store.bulk.counts(id, null)).toMatchObject({ running: 0, done: 3, stopped: 2 });
  expect(begun).toHaveLength(3);
});

test('is gone on with by another process, which begins nothing twice', async () => {
  const id = await bulk.ask('renew', ids, 'anna');
  await expect.poll(() => begun).toHaveLength(3);
  await expect.poll(async () => (await store.bulk.running()).every(({ renewalId }) => renewalId !== null)).toBe(true);

  await bulk[Symbol.asyncDispose]();
  bulk = newBulk();
  await bulk.start();
  for (const index of [0, 2, 3]) await finish(nth(index));
  await expect.poll(() => begun).toHaveLength(5);
  for (const index of [4, 5]) await finish(nth(index));

  await expect.poll(() => store.bulk.counts(id, null)).toMatchObject({ waiting: 0, running: 0, done: 5, refused: 1 });
  expect(new Set(begun).size).toBe(5);
});

test('the nodes of a large cluster may be asked at once, and Node sees no leak in it', async () => {
  let asked = 0;
  const wide = newBulk(async (_, signal) => {
    const deadlines = Array.from({ length: 11 }, () => new Deadline(signal, 60_000));
    asked += deadlines.length;
    for (const deadline of deadlines) deadline[Symbol.dispose]();
    return [];
  });

  const warnings = await warningsDuring(async () => {
    await wide.ask('test', [nth(0)], 'anna');
    await expect.poll(() => asked).toBe(11);
  });
  await wide[Symbol.asyncDispose]();

  expect(warnings).not.toContain('MaxListenersExceededWarning');
});
