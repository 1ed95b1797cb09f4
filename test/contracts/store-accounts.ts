import { expect, test } from 'vitest';
import type { NewAccount } from '../../backend/src/store/accounts.ts';
import { aConnection, type Get } from './store-fixtures.ts';

export function accountPromises(store: Get): void {
  const ca: NewAccount = {
    family: 'issuer',
    name: 'Our CA',
    ref: { plugin: 'acme', settings: { directory: 'https://ca.example.com/dir' }, credential: null },
  };
  const zone: NewAccount = { family: 'dns', name: 'Zone', ref: { plugin: 'manual', settings: {}, credential: null } };

  test('gives back what was inserted, in the order of the names', async () => {
    const second = await store().accounts.insert(zone);
    const first = await store().accounts.insert(ca);

    expect(first).toEqual({ ...ca, id: first.id, version: 1 });
    expect(await store().accounts.get(first.id)).toEqual(first);
    expect(await store().accounts.get(99)).toBeUndefined();
    expect(await store().accounts.all()).toEqual([first, second]);
  });

  test('lets a name be used once in a family, in whatever case', async () => {
    await store().accounts.insert(ca);
    const other = await store().accounts.insert({ ...ca, name: 'Other' });

    await expect(store().accounts.insert({ ...ca, name: 'OUR ca' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(store().accounts.update({ ...other, name: 'our CA' })).rejects.toMatchObject({ code: 'CONFLICT' });

    expect(await store().accounts.insert({ ...zone, name: ca.name })).toMatchObject({ family: 'dns', name: ca.name });
  });

  test('replaces the version that was read, and no other', async () => {
    const inserted = await store().accounts.insert(ca);

    const updated = await store().accounts.update({ ...inserted, name: 'our CA' });
    const stale = store().accounts.update({ ...inserted, name: 'Third' });

    await expect(stale).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(store().accounts.update({ ...inserted, id: 99 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(updated).toEqual({ ...inserted, name: 'our CA', version: 2 });
    expect(await store().accounts.all()).toEqual([updated]);
  });

  test('tells who uses an account, each once, and refuses to remove it', async () => {
    const issuer = await store().accounts.insert(ca);
    const dns = await store().accounts.insert(zone);
    const use = { account: dns.id };
    const dnsRules = [{ suffix: 'acme.example.net', use }];
    const user = { ...aConnection(), issuer: { account: issuer.id }, dns: use, dnsRules };
    const { id } = await store().connections.insert({ ...user, name: 'B' });
    await store().connections.insert({ ...aConnection(), name: 'A', dnsRules });
    await store().connections.insert({ ...aConnection(), name: 'C', secondIssuer: { account: issuer.id } });

    const users = await store().accounts.users();

    expect(users.filter(({ accountId }) => accountId === dns.id).map((one) => one.connectionName)).toEqual(['A', 'B']);
    expect(users.filter(({ accountId }) => accountId === issuer.id)).toEqual([
      { accountId: issuer.id, connectionId: id, connectionName: 'B' },
      { accountId: issuer.id, connectionId: id + 2, connectionName: 'C' },
    ]);
    await expect(store().accounts.remove(dns.id)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: '"Zone" is used by "A", "B".',
    });
    await store().connections.remove(id);
    await expect(store().accounts.remove(issuer.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await store().connections.remove(id + 2);
    await store().accounts.remove(issuer.id);
    await expect(store().accounts.remove(issuer.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('keeps an account together with what else a transaction writes, or not at all', async () => {
    const failing = store().transaction(async (tx) => {
      await tx.accounts.insert(ca);
      throw new Error('in the middle');
    });

    await expect(failing).rejects.toThrow('in the middle');
    expect(await store().accounts.all()).toEqual([]);
  });
}
