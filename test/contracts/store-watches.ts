import { expect, test } from 'vitest';
import type { NewIssuance } from '../../backend/src/store/issuances.ts';
import { aConnection, type Get } from './store-fixtures.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const KEY = 'acme:ca.example.com:11111111';

function watch(connectionId: number, nextAt: string, endsAt: string | null = null) {
  return { connectionId, nextAt, endsAt, memory: { looked: [connectionId] } };
}

export function watchPromises(store: Get): void {
  test('some are made due at once: by their numbers, or because their time is too far away', async () => {
    const at = (hour: number) => new Date(Date.UTC(2026, 10, 22, hour));
    const row = (connectionId: number, hour: number) =>
      ({ connectionId, nextAt: at(hour).toISOString(), endsAt: null, memory: {} }) as const;
    for (const one of [row(1, 5), row(2, 9), row(3, 20)]) await store().watches.put(one);
    const due = async () => (await store().watches.due(at(1), 10)).map(({ connectionId }) => connectionId).sort();

    await store().watches.hurry({ after: at(12) }, at(1));
    const tooFar = await due();
    await store().watches.hurry({ ids: [1] }, at(1));
    await store().watches.hurry({ ids: [] }, at(1));

    await store().watches.put({ ...row(4, 23), memory: { setback: { class: 'login' } } });

    expect((await store().watches.mentioning('"class":"login"')).map(({ connectionId }) => connectionId)).toEqual([4]);
    expect(tooFar).toEqual([3]);
    expect(await due()).toEqual([1, 3]);
  });

  test('keeps one row for each connection, and replaces it', async () => {
    await store().watches.put(watch(1, '2026-11-22T00:00:00.000Z'));
    await store().watches.put(watch(1, '2026-11-23T00:00:00.000Z', '2027-01-01T00:00:00.000Z'));

    expect(await store().watches.all()).toEqual([watch(1, '2026-11-23T00:00:00.000Z', '2027-01-01T00:00:00.000Z')]);
  });

  test('gives what is due: never seen first, then what ends first', async () => {
    const past = '2026-11-22T11:00:00.000Z';
    await store().watches.put(watch(1, past, '2027-01-01T00:00:00.000Z'));
    await store().watches.put(watch(2, past, '2026-10-01T00:00:00.000Z'));
    await store().watches.put(watch(3, NOW.toISOString()));
    await store().watches.put(watch(4, '2026-11-22T12:00:00.001Z', '2026-01-01T00:00:00.000Z'));

    const due = await store().watches.due(NOW, 10);
    const [first] = await store().watches.due(NOW, 1);

    expect(due.map(({ connectionId }) => connectionId)).toEqual([3, 2, 1]);
    expect(first?.connectionId).toBe(3);
    expect(await store().watches.nextAt()).toBe(past);
  });

  test('gives what ends within a time', async () => {
    const at = NOW.toISOString();
    await store().watches.put(watch(1, at, '2026-11-20T00:00:00.000Z'));
    await store().watches.put(watch(2, at, '2026-11-25T00:00:00.000Z'));
    await store().watches.put(watch(3, at));

    const rows = await store().watches.endingBetween(NOW, new Date('2026-11-25T00:00:00.000Z'));

    expect(rows.map(({ connectionId }) => connectionId)).toEqual([2]);
  });

  test('forgets what was removed, also twice', async () => {
    await store().watches.put(watch(1, NOW.toISOString()));

    await store().watches.remove(1);
    await store().watches.remove(1);

    expect(await store().watches.get(1)).toBeUndefined();
    expect(await store().watches.nextAt()).toBeNull();
  });
}

function issued(sha256: string, change: Partial<NewIssuance> = {}): NewIssuance {
  return {
    at: NOW.toISOString(),
    kind: 'certificate',
    connectionId: 1,
    renewalId: `r ${sha256}`,
    issuerKey: KEY,
    profile: null,
    names: ['b.example.com', 'a.example.com'],
    wantedNames: ['a.example.com'],
    domains: ['example.com'],
    replaces: false,
    certificate: { sha256, serial: '01', issuer: 'CN=CA', notBefore: NOW.toISOString(), notAfter: NOW.toISOString() },
    chain: { leafPem: sha256, intermediatesPem: [], rootPem: null },
    ...change,
  };
}

export function ledgerPromises(store: Get): void {
  test('gives the chain of a certificate, and those of a CA, the newest first', async () => {
    const other = 'acme:other.example.com:1';
    await store().issuances.record(issued('aa'));
    await store().issuances.record(issued('bb', { connectionId: 2, issuerKey: 'acme:ca.example.com:22222222' }));
    await store().issuances.record(issued('cc', { issuerKey: other }));
    await store().issuances.record(issued('dd', { kind: 'failed-validation', certificate: null, chain: null }));

    const chains = await store().issuances.chainsFrom(KEY, 10);

    expect(chains.map(({ leafPem }) => leafPem)).toEqual(['bb', 'aa']);
    expect(await store().issuances.chainsFrom(KEY, 1)).toHaveLength(1);
    expect(await store().issuances.chainOf('cc')).toMatchObject({ leafPem: 'cc' });
    expect(await store().issuances.chainOf('zz')).toBeUndefined();
  });

  test('records a certificate once, and finds it by connection and fingerprint', async () => {
    await store().issuances.record(issued('aa'));
    await store().issuances.record(issued('bb'));
    await store().issuances.record(issued('bb', { renewalId: 'again' }));

    expect(await store().issuances.since(NOW)).toHaveLength(2);
    expect(await store().issuances.last(1)).toMatchObject({ renewalId: 'r bb', chain: { leafPem: 'bb' } });
    expect(await store().issuances.last(2)).toBeUndefined();
    expect(await store().issuances.find('aa')).toMatchObject({ issuerKey: KEY, certificate: { sha256: 'aa' } });
  });

  test('knows the names of a CA in any order, whatever the account, and notes what renews', async () => {
    await store().issuances.record(issued('aa'));
    await store().issuances.record(issued('bb', { names: ['a.example.com', 'b.example.com'] }));
    const other = 'acme:ca.example.com:22222222';

    const [first, second] = await store().issuances.since(new Date(0));

    expect([first?.renews, second?.renews]).toEqual([false, true]);
    expect(await store().issuances.known(other, ['A.example.com', 'b.example.com'])).toBe(true);
    expect(await store().issuances.known('acme:other.example.com:1', ['a.example.com', 'b.example.com'])).toBe(false);
  });

  test('keeps every refusal, and none of them for a certificate', async () => {
    const refusal = { ...issued(''), kind: 'failed-validation', certificate: null, chain: null } as const;
    await store().issuances.record(refusal);
    await store().issuances.record(refusal);

    expect((await store().issuances.since(NOW)).map(({ kind }) => kind)).toEqual(Array(2).fill('failed-validation'));
    expect(await store().issuances.since(new Date(NOW.getTime() + 1))).toEqual([]);
    expect(await store().issuances.last(1)).toBeUndefined();
  });

  test('outlives its connection', async () => {
    const { id } = await store().connections.insert(aConnection());
    await store().issuances.record(issued('aa', { connectionId: id }));

    await store().connections.remove(id);

    expect(await store().issuances.last(id)).toMatchObject({ certificate: { sha256: 'aa' } });
  });
}
