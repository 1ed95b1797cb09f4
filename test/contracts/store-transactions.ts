import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Store } from '../../backend/src/store/store.ts';
import { collect } from './store-events.ts';
import { aConnection, aRenewal, type Get, noted, signal } from './store-fixtures.ts';

export function transactionPromises(store: Get): void {
  test('stores state and events together', async () => {
    const { id } = await store().transaction(async (tx) => {
      const connection = await tx.connections.insert(aConnection());
      await tx.events.append([{ type: 'connection.created', connectionId: connection.id }]);
      return connection;
    });

    expect(await store().connections.get(id)).toBeDefined();
    expect(await store().events.read({ limit: 9 })).toMatchObject([{ event: { connectionId: id } }]);
  });

  test('stores nothing of either when the work rejects', async () => {
    const failing = store().transaction(async (tx) => {
      await tx.connections.insert(aConnection());
      await tx.vault.put('cucm', { plugin: 'vos', fields: {} });
      await tx.settings.put('a', 1);
      await tx.events.append([noted(1)]);
      throw new Error('changed my mind');
    });

    await expect(failing).rejects.toThrow('changed my mind');
    expect(await store().connections.all()).toEqual([]);
    expect(await store().vault.names()).toEqual([]);
    expect(await store().settings.get('a')).toBeUndefined();
    expect(await store().events.latest()).toBe(0);
  });

  test('runs one at a time: reading and writing again loses no update', async () => {
    await store().settings.put('count', 0);
    const increment = () =>
      store().transaction(async (tx) => {
        const count = Number(await tx.settings.get('count'));
        await nextTurn();
        await tx.settings.put('count', count + 1);
      });

    await Promise.all(Array.from({ length: 20 }, increment));

    expect(await store().settings.get('count')).toBe(20);
  });

  test('keeps other writers out of a transaction that is undone', async () => {
    const entered = signal();
    const failing = store().transaction(async (tx) => {
      await tx.settings.put('inside', 1);
      entered.give();
      await nextTurn();
      throw new Error('undo');
    });
    await entered.given;

    const outside = store().settings.put('outside', 1);

    await expect(failing).rejects.toThrow('undo');
    await outside;
    expect(await store().settings.get('inside')).toBeUndefined();
    expect(await store().settings.get('outside')).toBe(1);
  });
}

export function nestingPromises(store: Get): void {
  test('refuses the outer store inside the work instead of waiting for ever', async () => {
    const tables: readonly ((outer: Store) => Promise<unknown>)[] = [
      (outer) => outer.connections.all(),
      (outer) => outer.events.append([noted(1)]),
      (outer) => outer.vault.put('a', { plugin: 'p', fields: {} }),
      (outer) => outer.transaction(async () => {}),
    ];

    for (const use of tables) {
      const misused = store().transaction(() => use(store()));
      await expect(misused).rejects.toMatchObject({ code: 'INTERNAL' });
    }

    expect(await store().connections.all()).toEqual([]);
  });

  test('refuses the store of a transaction after its end', async () => {
    const kept = await store().transaction(async (tx) => tx);

    await expect(kept.settings.put('late', 1)).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(kept.transaction((tx) => tx.settings.put('late', 1))).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await store().settings.get('late')).toBeUndefined();
  });

  test('joins a transaction within a transaction', async () => {
    await store().transaction(async (tx) => {
      await tx.settings.put('outer', 1);
      await tx.transaction(async (inner) =>
        inner.settings.put('inner', await inner.settings.get('outer').then(Number)),
      );
    });

    expect(await store().settings.get('inner')).toBe(1);
  });

  test('undoes the whole when a joined transaction rejects, even if that is caught', async () => {
    const outer = store().transaction(async (tx) => {
      await tx.settings.put('outer', 1);
      await tx.transaction(async () => Promise.reject(new Error('inner'))).catch(() => undefined);
    });

    await expect(outer).rejects.toThrow('inner');
    expect(await store().settings.get('outer')).toBeUndefined();
  });

  test('goes on after an error that the work handles', async () => {
    const { id } = await store().connections.insert(aConnection());
    await store().renewals.begin(aRenewal('r1', id));

    await store().transaction(async (tx) => {
      await tx.renewals.begin(aRenewal('r2', id)).catch(() => undefined);
      await tx.settings.put('after', 1);
    });

    expect(await store().settings.get('after')).toBe(1);
  });
}

export function disposalPromises(store: Get): void {
  test('ends the followers, waits for what has begun, and refuses what comes after', async () => {
    const following = collect(store().events.follow(0, new AbortController().signal));
    const entered = signal();
    const running = store().transaction(async (tx) => {
      entered.give();
      await nextTurn();
      await tx.settings.put('begun', 1);
      return tx.settings.get('begun');
    });
    await entered.given;
    const queued = store().settings.put('queued', 1);

    await Promise.all([store()[Symbol.asyncDispose](), store()[Symbol.asyncDispose]()]);

    expect(await running).toBe(1);
    await queued;
    expect(await following).toEqual([]);
    await expect(store().connections.all()).rejects.toMatchObject({ code: 'INTERNAL' });
  });
}
