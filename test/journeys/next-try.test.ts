import { describe, expect, it } from 'vitest';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { afterEnd } from '../../backend/src/reconcile/absorb.ts';
import { endingOf } from '../../backend/src/reconcile/ending.ts';
import { emptyMemory, toRow } from '../../backend/src/reconcile/memory.ts';
import { nextTryAfter } from '../../backend/src/reconcile/next-try.ts';
import type { StoredEvent } from '../../backend/src/store/events.ts';
import { openStore } from '../../backend/src/store/kysely/open.ts';
import { newMasterKey } from '../../backend/src/store/master-key.ts';
import type { Store } from '../../backend/src/store/store.ts';
import { CONNECTION } from '../support/notify/desk.ts';

const AT = '2026-11-22T03:00:00.000Z';

async function failedRenewal(store: Store, automatic: boolean): Promise<StoredEvent & { readonly event: Finished }> {
  const policy = { ...CONNECTION.policy, automatic };
  const { id } = await store.connections.insert({ ...CONNECTION, policy });
  const event: Finished = {
    type: 'renewal.finished',
    renewalId: 'r1',
    connectionId: id,
    outcome: 'failed',
    message: 'The DNS service does not answer.',
    oldStillServed: true,
  };
  return { seq: 9, at: AT, event };
}

type Finished = Extract<StoredEvent['event'], { readonly type: 'renewal.finished' }>;

function openedStore(): Promise<Store> {
  return openStore({ file: ':memory:', masterKey: newMasterKey(), clock: systemClock });
}

describe('nextTryAfter', () => {
  it('is the same before and after the reconciler has read of the failure', async () => {
    await using store = await openedStore();
    const stored = await failedRenewal(store, true);

    const before = await nextTryAfter(store, stored);
    const memory = afterEnd(
      emptyMemory(new Date(AT), stored.seq),
      endingOf(stored, stored.event, undefined, undefined),
    );
    await store.watches.put(toRow(stored.event.connectionId, memory, new Date(AT)));
    const after = await nextTryAfter(store, stored);

    expect(Date.parse(before ?? '')).toBeGreaterThan(Date.parse(AT));
    expect(after).toBe(before);
  });

  it('is never for what was put to use in vain three times', async () => {
    await using store = await openedStore();
    const stored = await failedRenewal(store, true);
    const ending = endingOf(stored, { ...stored.event, outcome: 'installed-not-served' }, undefined, undefined);
    const memories = [1, 2, 3].reduce(
      (all) => [...all, afterEnd(all.at(-1) ?? emptyMemory(new Date(AT), stored.seq), ending)],
      [] as ReturnType<typeof afterEnd>[],
    );
    const told: boolean[] = [];
    for (const memory of memories) {
      await store.watches.put(toRow(stored.event.connectionId, memory, new Date(AT)));
      told.push((await nextTryAfter(store, stored)) !== null);
    }

    expect(told).toEqual([true, true, false]);
  });

  it('is never where renewals are not automatic, or the connection is gone', async () => {
    await using store = await openedStore();
    const stored = await failedRenewal(store, false);

    expect(await nextTryAfter(store, stored)).toBeNull();
    await store.connections.remove(stored.event.connectionId);
    expect(await nextTryAfter(store, stored)).toBeNull();
  });
});
