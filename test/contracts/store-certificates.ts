import { beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../backend/src/store/store.ts';
import { aConnection, aRenewal, type Get } from './store-fixtures.ts';

const [FIRST, SECOND] = ['11'.repeat(32), '22'.repeat(32)];

export function certificatePromises(store: Get): void {
  let connectionId = 0;
  beforeEach(async () => {
    connectionId = (await store().connections.insert(aConnection())).id;
  });

  /** One after the other, with what was handed to the appliance. */
  async function renewed(id: string, outcome: string | null, facts: JsonObject): Promise<void> {
    await store().renewals.begin({ ...aRenewal(id, connectionId), facts });
    if (outcome === null) return;
    await store().renewals.save(id, { finishedAt: '2026-01-01T00:00:00.000Z', outcome });
  }

  const installed = (sha256: string) => ({ install: { changed: true, sha256 } });
  const wanted = async () => (await store().certificates.wanted([connectionId])).get(connectionId)?.sha256;

  test('wants nothing of an appliance that was handed nothing', async () => {
    await renewed('r1', 'failed', {});

    expect((await store().certificates.wanted([connectionId])).size).toBe(0);
  });

  test('wants what was handed over last, whatever came of it and whatever was only issued since', async () => {
    await renewed('r1', 'verified', installed(FIRST));
    await renewed('r2', 'installed-not-served', installed(SECOND));
    await renewed('r3', 'issued', {});

    expect(await wanted()).toBe(SECOND);
  });

  test('wants at once what a renewal that runs has handed over', async () => {
    await renewed('r1', 'verified', installed(FIRST));
    await renewed('r2', null, installed(SECOND));

    expect(await wanted()).toBe(SECOND);
  });

  test.each([
    ['rolled-back', {}],
    ['installed-not-served', { restored: { installed: true } }],
  ])('wants no more what was taken back: %s', async (outcome, facts) => {
    await renewed('r1', 'verified', installed(FIRST));
    await renewed('r2', outcome, { ...installed(SECOND), ...facts });

    expect(await wanted()).toBe(FIRST);
  });
}
