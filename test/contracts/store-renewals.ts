import { beforeEach, expect, test } from 'vitest';
import type { RenewalQuery } from '../../backend/src/store/store.ts';
import { aConnection, aRenewal, type Get } from './store-fixtures.ts';

export function beginningPromises(store: Get): void {
  let connectionId = 0;
  beforeEach(async () => {
    connectionId = (await store().connections.insert(aConnection())).id;
  });

  test('begins a renewal and gives it back', async () => {
    const begun = await store().renewals.begin(aRenewal('r1', connectionId));

    expect(begun).toMatchObject({ ...aRenewal('r1', connectionId), finishedAt: null, outcome: null });
    expect(await store().renewals.get('r1')).toEqual(begun);
    expect(await store().renewals.get('r2')).toBeUndefined();
  });

  test('refuses a second unfinished renewal of one connection, even when both begin at once', async () => {
    const results = await Promise.allSettled(
      ['r1', 'r2', 'r3'].map((id) => store().renewals.begin(aRenewal(id, connectionId))),
    );

    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => reason.code)).toEqual(['RENEWAL_RUNNING', 'RENEWAL_RUNNING']);
    expect(await store().renewals.unfinished()).toHaveLength(1);
  });

  test('lets the next renewal begin once the first is finished', async () => {
    await store().renewals.begin(aRenewal('r1', connectionId));
    await store().renewals.save('r1', { finishedAt: '2026-01-01T00:00:00.000Z', outcome: 'failed' });

    await store().renewals.begin(aRenewal('r2', connectionId));

    expect(await store().renewals.unfinished()).toMatchObject([{ id: 'r2' }]);
    expect(await store().renewals.get('r1')).toMatchObject({ outcome: 'failed' });
  });

  test('does not take a repeated id for a running renewal', async () => {
    const other = await store().connections.insert(aConnection());
    await store().renewals.begin(aRenewal('r1', connectionId));

    const repeated = store().renewals.begin(aRenewal('r1', other.id));

    await expect(repeated).rejects.toThrow();
    await expect(repeated).rejects.not.toMatchObject({ code: 'RENEWAL_RUNNING' });
  });

  test('needs a connection to begin, and a renewal to save', async () => {
    await expect(store().renewals.begin(aRenewal('r1', 99))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store().renewals.save('r1', { state: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
}

export function savingPromises(store: Get): void {
  let connectionId = 0;
  beforeEach(async () => {
    connectionId = (await store().connections.insert(aConnection())).id;
  });

  test('saves what is named and keeps the rest', async () => {
    const begun = await store().renewals.begin(aRenewal('r1', connectionId));

    await store().renewals.save('r1', { state: { value: 'order' }, machineVersion: 2 });
    await store().renewals.save('r1', {});

    expect(await store().renewals.get('r1')).toEqual({ ...begun, state: { value: 'order' }, machineVersion: 2 });
  });

  test('adds facts key by key: whole values, null too', async () => {
    await store().renewals.begin({ ...aRenewal('r1', connectionId), facts: { due: { a: 1, b: 2 }, kept: 'é"\n' } });

    await store().renewals.save('r1', { facts: { due: { a: 3 }, installed: null, list: [1, 'x', false] } });
    await store().renewals.save('r1', { facts: {} });

    expect((await store().renewals.get('r1'))?.facts).toEqual({
      due: { a: 3 },
      kept: 'é"\n',
      installed: null,
      list: [1, 'x', false],
    });
  });

  test('loses no fact when several are saved at once, also in one transaction', async () => {
    await store().renewals.begin(aRenewal('r1', connectionId));
    const keys = Array.from({ length: 20 }, (_, index) => `fact${index}`);

    await Promise.all(keys.slice(0, 10).map((key) => store().renewals.save('r1', { facts: { [key]: key } })));
    await store().transaction(async (tx) => {
      await Promise.all(keys.slice(10).map((key) => tx.renewals.save('r1', { facts: { [key]: key } })));
    });

    expect(Object.keys((await store().renewals.get('r1'))?.facts ?? {}).sort()).toEqual([...keys].sort());
  });

  test('lists the last begun first, page by page, whatever their ids', async () => {
    const other = await store().connections.insert(aConnection());
    for (const id of ['zz', 'aa', 'mm']) {
      await store().renewals.begin(aRenewal(id, connectionId));
      await store().renewals.save(id, { finishedAt: '2026-01-01T00:00:00.000Z' });
    }
    await store().renewals.begin(aRenewal('other', other.id));
    const ids = async (query: { connectionId?: number; before?: string; limit: number }) =>
      (await store().renewals.list(query)).map(({ id }) => id);

    expect(await ids({ limit: 9 })).toEqual(['other', 'mm', 'aa', 'zz']);
    expect(await ids({ connectionId, limit: 2 })).toEqual(['mm', 'aa']);
    expect(await ids({ connectionId, limit: 2, before: 'aa' })).toEqual(['zz']);
  });

  test('lists those that wait for somebody, that failed, that are served, and the rest', async () => {
    const outcomes = [
      'verified',
      'kept',
      'failed',
      'rolled-back',
      'installed-not-served',
      'issued',
      'validated',
    ] as const;
    for (const outcome of [...outcomes, 'cancelled', 'not-due'] as const) {
      await store().renewals.begin(aRenewal(outcome, connectionId));
      await store().renewals.save(outcome, { finishedAt: '2026-01-01T00:00:00.000Z', outcome });
    }
    await store().renewals.begin({ ...aRenewal('held', connectionId), state: { at: 'activate.held' } });
    const other = await store().connections.insert(aConnection());
    await store().renewals.begin({ ...aRenewal('running', other.id), state: { at: 'order.running' } });
    const ids = async (query: Omit<RenewalQuery, 'limit'>) =>
      (await store().renewals.list({ limit: 9, ...query })).map(({ id }) => id);

    expect(await ids({ state: 'unfinished' })).toEqual(['running', 'held']);
    expect(await ids({ state: 'held' })).toEqual(['held']);
    expect(await ids({ state: 'failed' })).toEqual(['installed-not-served', 'rolled-back', 'failed']);
    expect(await ids({ state: 'failed', before: 'rolled-back' })).toEqual(['failed']);
    expect(await ids({ state: 'served' })).toEqual(['kept', 'verified']);
    expect(await ids({ state: 'other' })).toEqual(['not-due', 'cancelled', 'validated', 'issued']);
    expect(await ids({ state: 'unfinished', connectionId: other.id })).toEqual(['running']);
  });
}
