import { expect, it } from 'vitest';
import { addConnection } from '../../backend/src/connections.ts';
import { Journey } from '../support/journey.ts';
import { TravellingClock } from '../support/travelling-clock.ts';

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
    connection: (input, { ca, testCa }) => ({
      ...input,
      issuer: { plugin: 'acme', settings: { ...common(ca), directory: ca.directoryUrl } },
      secondIssuer: { plugin: 'acme', settings: { ...common(testCa), directory: testCa?.directoryUrl } },
      secondChain: [...(testCa?.intermediatesPem ?? []), testCa?.youngRootPem, testCa?.rootPem].join('\n'),
    }),
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

function common(ca: { readonly tlsCaPem: string } | null) {
  return { termsOfServiceAgreed: true, trust: 'bundle', caBundle: ca?.tlsCaPem };
}
