import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, World } from './testing/world.ts';

let world: World;

beforeEach(() => {
  world = new World();
});

const automatic = { policy: { emergency: { daysLeft: 7, mode: 'automatic' } } } as never;
const ask = { policy: { emergency: { daysLeft: 7, mode: 'ask' } } } as never;

describe('a renewal window that opens too late', () => {
  it('is told of beforehand, and given up when the life of the policy is left', async () => {
    world.opensAt = async (_connection, from) => new Date(from.getTime() + 60 * DAY_MS);
    const connection = await world.add(automatic, { left: 20 });
    world.course = () => ({ outcome: 'running' });

    await world.pass(DAY_MS);
    const ahead = await world.explain(connection);
    await world.pass(12 * DAY_MS + HOUR_MS);
    const { decision } = await world.memory(connection.id);

    expect(ahead).toMatchObject({ state: 'emergency-ahead', nextAt: '2026-12-05T12:00:00.000Z' });
    expect(ahead.sentence).toContain(
      'the schedule begins without it at 2026-12-05 12:00 UTC, because less than 7 days of life are left',
    );
    expect(world.starts).toHaveLength(1);
    expect(decision).toMatchObject({ state: 'emergency' });
  });

  it('is waited for all the same where the policy asks a person first, who is told so', async () => {
    world.opensAt = async (_connection, from) => {
      const opening = new Date('2026-12-10T00:00:00.000Z');
      return from < opening ? opening : from;
    };
    const connection = await world.add(ask, { left: 20 });

    await world.pass(DAY_MS);
    const ahead = await world.explain(connection);
    await world.pass(13 * DAY_MS);
    const asking = await world.explain(connection);
    const early = world.starts.length;
    await world.pass(5 * DAY_MS);

    expect(ahead.sentence).toContain('the schedule leaves it to a person at 2026-12-05 12:00 UTC');
    expect(asking).toMatchObject({ state: 'emergency-asks', nextAt: '2026-12-10T00:00:00.000Z' });
    expect(asking.sentence).toContain('a person has to renew now');
    expect([early, world.starts.length]).toEqual([0, 1]);
  });

  it('says so when it never opens and a person is asked', async () => {
    world.opensAt = async () => null;
    const connection = await world.add(ask, { left: 5 });

    await world.pass(DAY_MS);

    expect(world.starts).toEqual([]);
    expect((await world.explain(connection)).sentence).toContain('which does not open within 400 days');
  });
});

describe('what only a person can end', () => {
  it('is told once, with the reason, and once that it is over', async () => {
    world.opensAt = async () => null;
    const connection = await world.add({}, { left: 20 });

    await world.pass(3 * DAY_MS);
    const told = (await world.news()).filter(({ type }) => type === 'watch.stuck');
    world.opensAt = async (_connection, from) => from;
    await world.pass(DAY_MS);
    const after = (await world.news()).map(({ type }) => type);

    expect(told).toMatchObject([{ connectionId: connection.id }]);
    expect(told[0]).toMatchObject({ message: expect.stringContaining('does not open within 400 days') });
    expect(after.filter((type) => type === 'watch.stuck' || type === 'watch.freed')).toEqual([
      'watch.stuck',
      'watch.freed',
    ]);
  });
});

describe('what the schedule has begun', () => {
  it('is another certificate where the one that was issued cannot be put to use', async () => {
    await world.add({}, { left: 20 });
    const failure = { code: 'APPLIANCE_CSR_REPLACED', message: 'Its key is gone.' } as const;
    world.course = () => ({ outcome: 'failed', failure, step: 'install', issues: true });
    await world.pass(HOUR_MS / 2);
    world.course = ({ deploys }) => (deploys === null ? { outcome: 'running' } : { outcome: 'not-due' });

    await world.pass(4 * DAY_MS);

    expect(world.starts.map(({ deploys }) => deploys !== null)).toEqual([false, true, false]);
    expect(world.decided).toContain('fruitless');
  });

  it("is told apart where it is begun at the CA's test directory", async () => {
    await world.add({}, { left: 20 });
    const failure = { code: 'CHALLENGE_FAILED', message: 'No record.' } as const;
    world.course = () => ({ outcome: 'failed', failure, step: 'issue' });
    await world.pass(HOUR_MS / 2);
    world.course = () => ({ outcome: 'running' });

    await world.pass(2 * HOUR_MS);

    expect(world.starts.map(({ goal }) => goal)).toEqual(['serve', 'validate']);
    expect(world.decided).toContain('validating');
  });
});
