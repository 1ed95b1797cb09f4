import { beforeEach, expect, test } from 'vitest';
import { aConnection, aRenewal, type Get } from './store-fixtures.ts';

const [FIRST, SECOND] = ['11'.repeat(32), '22'.repeat(32)];

export function certificatePromises(store: Get): void {
  let connectionId = 0;
  beforeEach(async () => {
    connectionId = (await store().connections.insert(aConnection())).id;
  });

  /** One after the other, with what each left as wanted. */
  async function renewed(id: string, outcome: string | null, wanted: string | null): Promise<void> {
    await store().renewals.begin({ ...aRenewal(id, connectionId), facts: { digest: { wanted } } });
    if (outcome === null) return;
    await store().renewals.save(id, { finishedAt: '2026-01-01T00:00:00.000Z', outcome });
  }

  const wanted = async () => (await store().certificates.wanted([connectionId])).get(connectionId)?.sha256;

  test('wants nothing where no renewal said what', async () => {
    await renewed('r1', 'failed', null);

    expect((await store().certificates.wanted([connectionId])).size).toBe(0);
  });

  test('wants what a renewal said last, whatever was only issued since', async () => {
    await renewed('r1', 'verified', FIRST);
    await renewed('r2', 'installed-not-served', SECOND);
    await renewed('r3', 'issued', null);

    expect(await wanted()).toBe(SECOND);
  });

  test('wants at once what a renewal that runs has handed over', async () => {
    await renewed('r1', 'verified', FIRST);
    await renewed('r2', null, SECOND);

    expect(await wanted()).toBe(SECOND);
  });
}
