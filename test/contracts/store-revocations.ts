import { expect, test } from 'vitest';
import type { NewIssuance } from '../../backend/src/store/issuances.ts';
import { aConnection, type Get } from './store-fixtures.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');

const issuance: NewIssuance = {
  at: NOW.toISOString(),
  kind: 'certificate',
  connectionId: 7,
  renewalId: 'r1',
  issuerKey: 'acme:ca.example.com:11111111',
  profile: null,
  names: ['gone.example.com'],
  wantedNames: ['gone.example.com'],
  domains: ['example.com'],
  replaces: false,
  certificate: {
    ...{ sha256: 'aa', serial: '01', issuer: 'CN=CA' },
    ...{ notBefore: NOW.toISOString(), notAfter: NOW.toISOString() },
  },
  chain: { leafPem: 'x', intermediatesPem: [], rootPem: null },
};

export function revocationPromises(store: Get): void {
  test('says once, for good, that a certificate was revoked, and the ledger says so too', async () => {
    await store().issuances.record(issuance);
    const first = { sha256: 'aa', at: NOW.toISOString(), reason: 'superseded', actor: 'anna' } as const;
    expect(await store().issuances.find('aa')).not.toHaveProperty('revoked');

    await store().revocations.record(first);
    await store().revocations.record({ ...first, reason: 'keyCompromise', actor: 'ben' });

    expect(await store().revocations.get('aa')).toEqual(first);
    expect(await store().revocations.get('bb')).toBeUndefined();
    expect(await store().issuances.find('aa')).toMatchObject({ revoked: true });
    expect(await store().issuances.last(7)).toMatchObject({ revoked: true });
  });

  test('finds whose a name is, and for a while whose it was', async () => {
    const { id } = await store().connections.insert({ ...aConnection(), dnsNames: ['a.example.com', 'b.example.com'] });
    await store().issuances.record(issuance);
    const { claims } = store();
    const before = new Date(NOW.getTime() - 1);
    const after = new Date(NOW.getTime() + 1);

    expect(await claims.connectionsNaming(['b.example.com', 'c.example.com'], before)).toEqual([id]);
    expect(await claims.connectionsNaming(['gone.example.com'], before)).toEqual([7]);
    expect(await claims.connectionsNaming(['gone.example.com'], after)).toEqual([]);
    expect(await claims.connectionsNaming(['example.com'], before)).toEqual([]);
  });
}
