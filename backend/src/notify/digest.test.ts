import { describe, expect, it } from 'vitest';
import { CONNECTION, DAY_MS, Desk, finished } from '../../../test/support/notify/desk.ts';
import { lastDigest, sendDigests } from './digest.ts';

const BERLIN = { at: '02:30', timeZone: 'Europe/Berlin' };

describe('the time of a digest', () => {
  it.each([
    ['before it: that of yesterday', '2026-11-22T01:00:00Z', '2026-11-21', '2026-11-21T01:30:00.000Z'],
    ['after it: that of today', '2026-11-22T01:30:00Z', '2026-11-22', '2026-11-22T01:30:00.000Z'],
    ['in the gap of spring: the moment after it', '2026-03-29T01:45:00Z', '2026-03-29', '2026-03-29T01:30:00.000Z'],
    ['in the hour that is there twice: the first', '2026-10-25T01:10:00Z', '2026-10-25', '2026-10-25T00:30:00.000Z'],
  ])('%s', (_, now, date, instant) => {
    const last = lastDigest(BERLIN, new Date(now));

    expect(last).toEqual({ date, instant: new Date(instant) });
  });
});

/** As if the schedule had seen a certificate served that ends then. */
async function seen(desk: Desk, connectionId: number, endsAt: string): Promise<void> {
  await desk.store.watches.put({ connectionId, endsAt, nextAt: endsAt, memory: {} });
}

describe('a digest', () => {
  const digest = { at: '07:30', timeZone: 'UTC' };
  const send = (desk: Desk) =>
    desk.store.transaction((tx) => sendDigests(tx, desk.clock.now(), 'https://certferry.example.com'));

  it('comes once a day, late when the daemon was down, and only the last', async () => {
    await using desk = await Desk.open({ digest, kinds: [] });
    const days: number[] = [];

    for (let hour = 0; hour < 72; hour += 1) {
      if ((await send(desk)).length > 0) days.push(hour);
      desk.clock.advance(3_600_000);
    }
    desk.clock.advance(10 * DAY_MS);
    await send(desk);
    await send(desk);

    expect(days).toEqual([5, 29, 53]);
    expect(await desk.outbox()).toHaveLength(4);
  });

  it('says what is open, what was renewed and what ends soon', async () => {
    await using desk = await Desk.open({ digest, kinds: [] });
    await desk.happen(finished('failed'));
    await desk.store.renewals.begin({ id: 'r1', connectionId: 1, machineVersion: 1, state: {}, facts: {} });
    await desk.store.renewals.save('r1', { finishedAt: '2026-11-22T04:00:00.000Z', outcome: 'verified' });
    await seen(desk, 1, '2026-12-01T00:00:00.000Z');
    desk.clock.advance(5 * 3_600_000);

    await send(desk);

    const [row] = await desk.store.notify.notices.list({ limit: 1 });
    expect(row?.message).toMatchObject({
      subject: '2026-11-22: 1 open, 1 renewed, 1 certificate ends within 30 days',
      body: 'Open:\n- Failed, service intact: CUCM (since 2026-11-22)\n\nRenewed in the last 24 hours:\n- CUCM\n\nEnds within 30 days:\n- 2026-12-01 CUCM',
    });
  });

  it('says so too of what was never renewed, and of what is kept for download', async () => {
    await using desk = await Desk.open({ digest, kinds: [] });
    const kept = await desk.store.connections.insert({ ...CONNECTION, name: 'Kept' });
    const later = await desk.store.connections.insert({ ...CONNECTION, name: 'Later' });
    await desk.store.renewals.begin({ id: 'r2', connectionId: kept.id, machineVersion: 1, state: {}, facts: {} });
    await desk.store.renewals.save('r2', { finishedAt: '2026-11-22T04:00:00.000Z', outcome: 'kept' });
    await seen(desk, 1, '2026-12-02T00:00:00.000Z');
    await seen(desk, kept.id, '2027-02-20T00:00:00.000Z');
    await seen(desk, later.id, '2026-12-23T00:00:00.000Z');
    desk.clock.advance(5 * 3_600_000);

    await send(desk);

    const [row] = await desk.store.notify.notices.list({ limit: 1 });
    expect(row?.message.body).toContain(
      'Renewed in the last 24 hours:\n- Kept\n\nEnds within 30 days:\n- 2026-12-02 CUCM',
    );
    expect(row?.message.body).not.toContain('Later');
  });
});
