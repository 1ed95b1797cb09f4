import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aConnection, aRenewal, noted } from '../../../../test/contracts/store-fixtures.ts';
import { Secret } from '../../domain/secret.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { newMasterKey } from '../master-key.ts';
import type { Store } from '../store.ts';
import { openStore } from './open.ts';

let store: Store;
let now = new Date('2025-01-01T00:00:00Z');
const clock: Clock = { now: () => now, sleepUntil: async () => {} };

beforeEach(async () => {
  now = new Date('2025-01-01T00:00:00Z');
  store = await openStore({ file: ':memory:', masterKey: newMasterKey(), clock });
});
afterEach(() => store[Symbol.asyncDispose]());

const CUTOFF = '2026-01-01T00:00:00.000Z';
const STEP = { before: CUTOFF, after: 0, limit: 100 };
const HELD = { keepNewest: 2, lastOutcome: 'verified', except: [] as string[] };

/** Finished at once, one day after the one before. */
async function renewed(id: string, connectionId: number, outcome: string | null = 'failed'): Promise<void> {
  now = new Date(now.getTime() + 86_400_000);
  await store.renewals.begin(aRenewal(id, connectionId));
  await store.events.append([noted(1, id)]);
  if (outcome !== null) await store.renewals.save(id, { outcome, finishedAt: now.toISOString() });
}

async function ids(): Promise<readonly string[]> {
  return (await store.renewals.list({ limit: 100 })).map(({ id }) => id).toReversed();
}

describe('old renewals', () => {
  test('go, but for the newest and the last that was verified', async () => {
    const { id } = await store.connections.insert(aConnection());
    for (const name of ['a', 'b']) await renewed(name, id, 'verified');
    for (const name of ['c', 'd', 'e']) await renewed(name, id);

    const forgotten = await store.upkeep.forgetRenewals({ ...STEP, ...HELD });

    expect(forgotten).toEqual({ removed: 2, next: null });
    expect(await ids()).toEqual(['b', 'd', 'e']);
  });

  test('stay while they are unfinished, ended lately, or are named', async () => {
    const { id } = await store.connections.insert(aConnection());
    const other = await store.connections.insert(aConnection());
    await renewed('named', id);
    await renewed('plain', id);
    await renewed('unfinished', other.id, null);
    await renewed('long', id, null);
    await store.renewals.save('long', { outcome: 'failed', finishedAt: CUTOFF });

    await store.upkeep.forgetRenewals({ ...STEP, ...HELD, keepNewest: 1, except: ['named'] });

    expect(await ids()).toEqual(['named', 'unfinished', 'long']);
  });

  test('of a connection that is gone are held by nothing', async () => {
    const { id } = await store.connections.insert(aConnection());
    await renewed('a', id, 'verified');
    await store.connections.remove(id);

    await store.upkeep.forgetRenewals({ ...STEP, ...HELD });

    expect(await ids()).toEqual([]);
  });

  test('are looked at a few at a time', async () => {
    const { id } = await store.connections.insert(aConnection());
    for (const name of ['a', 'b', 'c', 'd', 'e']) await renewed(name, id);

    const first = await store.upkeep.forgetRenewals({ ...STEP, ...HELD, limit: 2 });
    const second = await store.upkeep.forgetRenewals({ ...STEP, ...HELD, limit: 2, after: first.next ?? 0 });

    expect([first.removed, second.removed]).toEqual([2, 1]);
    expect(await ids()).toEqual(['d', 'e']);
  });
});

describe('old events', () => {
  const seqs = async () => (await store.events.read({ limit: 100 })).map(({ seq }) => seq);

  test('go when their renewal is gone and every reader has read them', async () => {
    await store.events.append([noted(1, 'gone'), noted(2, 'gone'), noted(3, 'gone'), noted(4, 'gone')]);
    await store.settings.put('journal.cursor', 4);
    await store.settings.put('notify.cursor', 2);

    const forgotten = await store.upkeep.forgetEvents(STEP);

    expect(forgotten).toEqual({ removed: 2, next: null });
    expect(await seqs()).toEqual([3, 4]);
    expect(await store.upkeep.unreadEvents()).toBe(2);
  });

  test('of a renewal that is kept stay, and so does the newest of all', async () => {
    const { id } = await store.connections.insert(aConnection());
    await renewed('kept', id, 'verified');
    await store.events.append([noted(2, 'gone'), noted(3, 'gone')]);

    await store.upkeep.forgetEvents(STEP);

    expect(await seqs()).toEqual([1, 3]);
    expect(await store.events.latest()).toBe(3);
  });

  test('are told from younger ones', async () => {
    await store.events.append([noted(1, 'gone')]);
    now = new Date(CUTOFF);
    await store.events.append([noted(2, 'gone'), noted(3, 'gone')]);

    await store.upkeep.forgetEvents(STEP);

    expect(await seqs()).toEqual([2, 3]);
  });
});

test('the vault is opened, and not opened when it is damaged', async () => {
  const empty = await store.upkeep.check();
  await store.vault.put('cucm', { plugin: 'vos', fields: { password: new Secret('a-password') } });

  expect(empty).toEqual({ pendingMigrations: [], vault: 'empty' });
  expect(await store.upkeep.check()).toEqual({ pendingMigrations: [], vault: 'opens' });
});
