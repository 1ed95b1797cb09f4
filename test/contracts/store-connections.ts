import { expect, test } from 'vitest';
import { aConnection, aRenewal, type Get } from './store-fixtures.ts';

export function connectionPromises(store: Get): void {
  test('gives back what was inserted, with an id, an instant and version 1', async () => {
    const inserted = await store().connections.insert(aConnection());

    expect(inserted).toEqual({
      ...aConnection(),
      id: inserted.id,
      createdAt: inserted.createdAt,
      version: 1,
      ownerId: null,
    });
    expect(new Date(inserted.createdAt).toISOString()).toBe(inserted.createdAt);
    expect(await store().connections.get(inserted.id)).toEqual(inserted);
    expect(await store().connections.all()).toEqual([inserted]);
  });

  test('has no connection that nobody inserted', async () => {
    expect(await store().connections.get(1)).toBeUndefined();
    expect(await store().connections.all()).toEqual([]);
  });

  test('replaces a connection and counts the version', async () => {
    const inserted = await store().connections.insert(aConnection());

    const updated = await store().connections.update({ ...inserted, name: 'Renamed', createdAt: 'ignored' });

    expect(updated).toEqual({ ...inserted, name: 'Renamed', version: 2 });
    expect(await store().connections.get(inserted.id)).toEqual(updated);
  });

  test('refuses an update that is based on an earlier version', async () => {
    const inserted = await store().connections.insert(aConnection());
    const updated = await store().connections.update({ ...inserted, name: 'First' });

    const stale = store().connections.update({ ...inserted, name: 'Second' });

    await expect(stale).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await store().connections.get(inserted.id)).toEqual(updated);
  });

  test('lets one of two updates at the same time win', async () => {
    const inserted = await store().connections.insert(aConnection());

    const results = await Promise.allSettled([
      store().connections.update({ ...inserted, name: 'A' }),
      store().connections.update({ ...inserted, name: 'B' }),
    ]);

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('says that there is nothing to update or remove', async () => {
    const ghost = { ...aConnection(), id: 7, createdAt: '2026-01-01T00:00:00.000Z', version: 1, ownerId: null };

    await expect(store().connections.update(ghost)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store().connections.remove(7)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('refuses to remove a connection while a renewal of it runs', async () => {
    const { id } = await store().connections.insert(aConnection());
    await store().renewals.begin(aRenewal('r1', id));

    await expect(store().connections.remove(id)).rejects.toMatchObject({ code: 'CONFLICT' });

    expect(await store().connections.get(id)).toBeDefined();
  });

  test('keeps the history of a removed connection and never gives its id away', async () => {
    const { id } = await store().connections.insert(aConnection());
    await store().renewals.begin(aRenewal('r1', id));
    await store().renewals.save('r1', { finishedAt: '2026-01-01T00:00:00.000Z', outcome: 'verified' });

    await store().connections.remove(id);
    const next = await store().connections.insert(aConnection());

    expect(await store().connections.get(id)).toBeUndefined();
    expect(await store().renewals.list({ connectionId: id, limit: 9 })).toMatchObject([{ id: 'r1' }]);
    expect(next.id).toBeGreaterThan(id);
  });
}
