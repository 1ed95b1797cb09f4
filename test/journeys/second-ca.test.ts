import { expect, it } from 'vitest';
import { addConnection } from '../../backend/src/connections.ts';
import { Journey } from '../support/journey.ts';
import { TravellingClock } from '../support/travelling-clock.ts';
import { twoCas } from '../support/two-cas.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const WAIT = { timeout: 30_000 };

it('is asked when the first is down, without a change of trust, and left again later', {
  timeout: 120_000,
}, async () => {
  const clock = new TravellingClock(new Date());
  await using journey = await Journey.start({
    lab: { testCa: true, now: () => clock.now().getTime() },
    overrides: { schedule: true, clock, retryLadderMs: [] },
    connection: twoCas,
  });
  const { app, lab, connection } = journey;
  const explained = () => app.explain(connection);
  const renewals = () => app.store.renewals.list({ connectionId: connection.id, limit: 10 });
  const outcomes = async () => (await renewals()).map(({ outcome }) => outcome);
  /** The schedule looks once a minute; it looks at once when there is another connection. */
  const travel = async (ms: number) => {
    clock.travel(new Date(clock.now().getTime() + ms));
    await addConnection(app.store, { draft: true });
  };
  await expect.poll(async () => (await explained()).state, WAIT).toBe('just-changed');

  const regular = await journey.renew();
  lab.faults.on('ca-down', 'ca');
  await travel(62 * DAY_MS);
  await expect.poll(outcomes, WAIT).toEqual(['failed', 'verified']);
  await expect.poll(async () => (await explained()).state, WAIT).toBe('backing-off');
  const waiting = await explained();
  await travel(16 * MINUTE_MS);
  await expect.poll(outcomes, WAIT).toEqual(['verified', 'failed', 'verified']);
  const [failover] = await renewals();
  const byFirst = lab.ca.issued().length;
  await expect.poll(async () => (await explained()).state, WAIT).toBe('settling');
  lab.faults.off('ca-down', 'ca');
  await travel(2 * DAY_MS);
  await expect.poll(outcomes, WAIT).toEqual(['verified', 'verified', 'failed', 'verified']);

  expect(regular.facts.trustAdded?.length).toBeGreaterThan(4);
  expect(waiting.sentence).toContain('the second CA is asked then, because the first one failed');
  expect(failover?.facts).toMatchObject({ target: { issuer: 'second' }, trustAdded: [] });
  expect(lab.testCa?.issued()).toHaveLength(1);
  expect([byFirst, lab.ca.issued().length]).toEqual([1, 2]);
});

it('is asked when the first wants to be left alone for longer than the certificate lives', {
  timeout: 60_000,
}, async () => {
  const clock = new TravellingClock(new Date());
  await using journey = await Journey.start({
    lab: {
      testCa: true,
      installedValidDays: 5,
      rateLimitRetryAfterSeconds: (6 * DAY_MS) / 1000,
      now: () => clock.now().getTime(),
    },
    faults: ['ca-rate-limited'],
    overrides: { schedule: true, clock },
    connection: twoCas,
  });
  const { app, lab, connection } = journey;
  const renewals = () => app.store.renewals.list({ connectionId: connection.id, limit: 10 });
  const outcomes = async () => (await renewals()).map(({ outcome }) => outcome);
  await expect.poll(async () => (await app.explain(connection)).state, WAIT).toBe('just-changed');

  clock.travel(new Date(clock.now().getTime() + 16 * MINUTE_MS));
  await addConnection(app.store, { draft: true });

  await expect.poll(outcomes, WAIT).toEqual(['verified', 'failed']);
  expect((await renewals())[0]?.facts).toMatchObject({ target: { issuer: 'second' } });
  expect([lab.ca.issued().length, lab.testCa?.issued().length]).toEqual([0, 1]);
});
