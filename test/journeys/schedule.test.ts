import { expect, it } from 'vitest';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';

it('watches a connection, says why it does not renew, and counts what was issued', { timeout: 90_000 }, async () => {
  await using journey = await Journey.start({ overrides: { schedule: true } });
  await using server = await journey.listen();
  const { app, connection } = journey;
  const explained = () => app.explain(connection);
  await expect.poll(async () => (await explained()).state, { timeout: 20_000 }).toBe('just-changed');
  const before = await explained();

  const { finished } = await journey.renew();
  await expect.poll(async () => (await explained()).state, { timeout: 20_000 }).toBe('fresh');
  const after = await explained();
  const { status, output } = await certferry(journey.environment(server.url), 'explain', String(connection.id));
  const plan = await app.blastRadius(connection.id, AbortSignal.timeout(20_000));

  expect(after.facts.served.map(({ sha256 }) => sha256)).toEqual(Array(2).fill(after.facts.served[0]?.sha256));
  expect(before.facts).toMatchObject({ due: true, reason: 'self-signed', decidedBy: 'lifetime' });
  expect(finished.outcome).toBe('verified');
  expect(after.facts).toMatchObject({
    due: false,
    decidedBy: 'ca-window',
    caWindow: { selectedAt: expect.any(String) },
  });
  expect([status, output]).toEqual([0, expect.stringMatching(/^Not due: valid for \d+ more days; it becomes due at/)]);
  expect(plan).toMatchObject({ budget: { lines: [] }, cautions: [] });
  expect(await app.store.issuances.last(connection.id)).toMatchObject({
    renewalId: expect.any(String),
    certificate: { sha256: after.facts.served[0]?.sha256 },
  });
});
