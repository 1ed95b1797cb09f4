import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { StoredEvent } from '../../backend/src/store/events.ts';
import type { Store } from '../../backend/src/store/store.ts';
import { type Get, noted, signal } from './store-fixtures.ts';

export function eventPromises(store: Get): void {
  test('numbers events in order and reads them from a cursor on', async () => {
    const appended = await store().events.append([noted(1), noted(2), noted(3)]);
    const [first] = appended;

    expect(appended.map(({ event }) => event)).toEqual([noted(1), noted(2), noted(3)]);
    expect(isIncreasing(appended)).toBe(true);
    expect(await store().events.read({ limit: 9 })).toEqual(appended);
    expect(await store().events.read({ after: first?.seq ?? 0, limit: 1 })).toEqual([appended[1]]);
    expect(await store().events.latest()).toBe(appended[2]?.seq);
  });

  test('reads the events of one renewal', async () => {
    await store().events.append([noted(1, 'r1'), { type: 'connection.changed', connectionId: 1 }, noted(2, 'r2')]);

    const events = await store().events.read({ renewalId: 'r2', limit: 9 });

    expect(events.map(({ event }) => event)).toEqual([noted(2, 'r2')]);
  });

  test('appends nothing when there is nothing to append', async () => {
    expect(await store().events.append([])).toEqual([]);
    expect(await store().events.latest()).toBe(0);
    expect(await store().events.read({ limit: 9 })).toEqual([]);
  });
}

export function followPromises(store: Get): void {
  test('shows what is stored, then what comes', async () => {
    const stored = await store().events.append([noted(1), noted(2)]);
    const first = stored[0]?.seq ?? 0;

    const reading = take(store(), first, 3);
    const later = [...(await store().events.append([noted(3)])), ...(await store().events.append([noted(4)]))];

    expect(await reading).toEqual([stored[1], ...later]);
  });

  test('has no gap and no repeat for any reader while many write', async () => {
    const total = 300;
    const readers = [take(store(), 0, total), take(store(), 0, total, nextTurn), take(store(), 0, total)];

    await Promise.all(Array.from({ length: 100 }, (_, index) => writeThree(store(), index)));
    const [live, slow, other] = await Promise.all(readers);

    expect(live).toEqual(await store().events.read({ limit: total + 1 }));
    expect(live).toHaveLength(total);
    expect(isIncreasing(live ?? [])).toBe(true);
    expect(slow).toEqual(live);
    expect(other).toEqual(live);
  });

  test('continues exactly after the cursor of a reader that went away', async () => {
    await store().events.append([noted(1), noted(2), noted(3)]);
    const before = await take(store(), 0, 2);

    const after = await take(store(), before[1]?.seq ?? 0, 1);

    expect(after.map(({ event }) => event)).toEqual([noted(3)]);
  });

  test('reads more than fits into one page', async () => {
    const events = Array.from({ length: 1_000 }, (_, index) => noted(index));
    await store().events.append(events);

    expect((await take(store(), 0, 1_000)).map(({ event }) => event)).toEqual(events);
  });
}

export function followEndPromises(store: Get): void {
  test('shows an event only once its transaction is stored', async () => {
    const entered = signal();
    const leave = signal();
    const undone = store().transaction(async (tx) => {
      await tx.events.append([noted(1)]);
      entered.give();
      await leave.given;
      throw new Error('undo');
    });
    await entered.given;
    const reading = take(store(), 0, 1);

    leave.give();
    await expect(undone).rejects.toThrow('undo');
    await store().transaction((tx) => tx.events.append([noted(2)]));

    expect((await reading).map(({ event }) => event)).toEqual([noted(2)]);
  });

  test('ends when aborted: before, while waiting, and in the middle of a page', async () => {
    const waiting = new AbortController();
    const idle = collect(store().events.follow(0, waiting.signal));
    expect(await collect(store().events.follow(0, AbortSignal.abort()))).toEqual([]);
    await nextTurn();
    waiting.abort();
    expect(await idle).toEqual([]);
    await store().events.append([noted(1), noted(2)]);

    const middle = new AbortController();
    const seen: number[] = [];
    for await (const { seq } of store().events.follow(0, middle.signal)) {
      seen.push(seq);
      middle.abort();
    }

    expect(seen).toHaveLength(1);
  });

  test('cannot be done inside a transaction', async () => {
    const following = store().transaction((tx) => collect(tx.events.follow(0, new AbortController().signal)));

    await expect(following).rejects.toMatchObject({ code: 'INTERNAL' });
  });
}

async function writeThree(store: Store, index: number): Promise<void> {
  if (index % 2 === 0) {
    await store.events.append([noted(index), noted(index), noted(index)]);
    return;
  }
  await store.transaction(async (tx) => tx.events.append([noted(index)])).then(() => undoneWrite(store));
  await store.transaction(async (tx) => {
    await tx.events.append([noted(index)]);
    await nextTurn();
    await tx.events.append([noted(index)]);
  });
}

/** Leaves no trace, not even a number that is skipped. */
async function undoneWrite(store: Store): Promise<void> {
  const undone = store.transaction(async (tx) => {
    await tx.events.append([noted(-1)]);
    throw new Error('undo');
  });
  await undone.catch(() => undefined);
}

function isIncreasing(events: readonly StoredEvent[]): boolean {
  return events.every(({ seq }, index) => index === 0 || seq > (events[index - 1]?.seq ?? seq));
}

/** The first `count` events after `cursor`, with a pause of the reader's choice after each. */
async function take(
  store: Store,
  cursor: number,
  count: number,
  pause?: () => Promise<unknown>,
): Promise<StoredEvent[]> {
  const seen: StoredEvent[] = [];
  for await (const stored of store.events.follow(cursor, new AbortController().signal)) {
    seen.push(stored);
    if (seen.length === count) break;
    await pause?.();
  }
  return seen;
}

export async function collect(events: AsyncIterable<StoredEvent>): Promise<StoredEvent[]> {
  const seen: StoredEvent[] = [];
  for await (const stored of events) seen.push(stored);
  return seen;
}
