import { expect, test } from 'vitest';
import type { NewIssuance } from '../../backend/src/store/issuances.ts';
import type { Get } from './store-fixtures.ts';

const CONNECTION = 7;
const hour = (hours: number) => new Date(Date.UTC(2026, 10, 22, hours));

function issued(sha256: string, hours: number): NewIssuance {
  const at = hour(hours).toISOString();
  return {
    at,
    kind: 'certificate',
    connectionId: CONNECTION,
    renewalId: `renewal ${sha256}`,
    issuerKey: 'acme:ca.example.com:11111111',
    profile: null,
    names: ['cucm.example.com'],
    wantedNames: ['cucm.example.com'],
    domains: ['example.com'],
    replaces: false,
    certificate: { sha256, serial: sha256, issuer: 'CN=CA', notBefore: at, notAfter: hour(hours + 24).toISOString() },
    chain: { leafPem: sha256, intermediatesPem: [], rootPem: null },
  };
}

export function fallbackPromises(store: Get): void {
  const last = async () => (await store().issuances.last(CONNECTION))?.certificate.sha256;
  const ready = async () => (await store().fallbacks.ready(CONNECTION))?.certificate.sha256;

  test('what is kept ready is not the last certificate until it is put to use, and then is, whatever came later', async () => {
    await store().issuances.record(issued('aa', 1));
    await store().issuances.record(issued('bb', 2));
    await store().fallbacks.keep('bb', CONNECTION);
    await store().fallbacks.keep('bb', CONNECTION);
    await store().issuances.record(issued('cc', 3));
    const before = [await last(), await ready()];

    await store().fallbacks.putToUse('bb', hour(4));
    const used = [await last(), await ready()];
    await store().issuances.record(issued('dd', 5));

    expect(before).toEqual(['cc', 'bb']);
    expect(used).toEqual(['bb', undefined]);
    expect(await last()).toBe('dd');
  });

  test('only the newest counts, and one that is lost never does again', async () => {
    for (const [index, sha256] of ['aa', 'bb', 'cc'].entries()) await store().issuances.record(issued(sha256, index));
    await store().fallbacks.keep('bb', CONNECTION);
    await store().fallbacks.keep('cc', CONNECTION);
    const newest = await store().fallbacks.ready(CONNECTION);

    await store().fallbacks.lose('cc', hour(4), 'its CSR is gone');
    await store().fallbacks.keep('cc', CONNECTION);

    expect(newest).toMatchObject({ renewalId: 'renewal cc', chain: { leafPem: 'cc' } });
    expect(await ready()).toBe('bb');
    expect(await last()).toBe('aa');
    expect(await store().fallbacks.ready(CONNECTION + 1)).toBeUndefined();
  });
}
