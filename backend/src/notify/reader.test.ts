import { expect, it } from 'vitest';
import { Desk, finished, SUBJECT } from '../../../test/support/notify/desk.ts';
import type { Store } from '../store/store.ts';
import { NoticeReader } from './reader.ts';

const MINUTE_MS = 60_000;

/** The same store, of which nothing can be written while `isFull`. */
function fillable(store: Store): Store & { isFull: boolean } {
  const full = (): Promise<never> => Promise.reject(new Error('database or disk is full'));
  const fillable: Store & { isFull: boolean } = {
    ...store,
    isFull: false,
    settings: {
      get: (name) => store.settings.get(name),
      put: (name, value) => (fillable.isFull ? full() : store.settings.put(name, value)),
    },
    transaction: (work) => (fillable.isFull ? full() : store.transaction(work)),
  };
  return fillable;
}

it('reads on after the database took nothing for a while, and says meanwhile that nobody is told', async () => {
  await using desk = await Desk.open();
  const store = fillable(desk.store);
  const errors: object[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => errors.push(fields) };
  await using reader = new NoticeReader({ ...SUBJECT, store, clock: desk.clock, log, wake: () => {} });
  await reader.start();
  store.isFull = true;

  await desk.store.events.append([finished('failed')]);
  await expect.poll(() => desk.clock.sleeping).toBe(1);
  const atFirst = await reader.isCurrent();
  desk.clock.advance(6 * MINUTE_MS);
  await expect.poll(() => desk.clock.sleeping).toBe(1);
  const later = await reader.isCurrent();
  store.isFull = false;
  desk.clock.advance(MINUTE_MS);

  await expect.poll(() => desk.outbox()).toEqual(['warning Failed, service intact: CUCM']);
  await expect.poll(() => reader.isCurrent()).toBe(true);
  expect([atFirst, later]).toEqual([true, false]);
  expect(errors.length).toBeGreaterThan(0);
});

it('is not behind when what happened is nothing to tell of', async () => {
  await using desk = await Desk.open();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  await using reader = new NoticeReader({ ...SUBJECT, store: desk.store, clock: desk.clock, log, wake: () => {} });
  await reader.start();

  await desk.store.events.append([{ type: 'connection.changed', connectionId: 1 }]);
  desk.clock.advance(60 * MINUTE_MS);

  await expect.poll(() => reader.isCurrent()).toBe(true);
});
