import { describe, expect, it } from 'vitest';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';

describe.concurrent('a renewal that shall not go to the end', { timeout: 60_000 }, () => {
  it('keeps the certificate and leaves the appliance alone; the next renewal installs that one', async () => {
    await using journey = await Journey.start();
    const served = journey.lab.vos.servedSha256();

    const first = await journey.renew({ goal: 'issue', activation: null });
    const untouched = journey.lab.vos.servedSha256();
    const again = await journey.renew({ goal: 'issue', activation: null });
    const second = await journey.renew();

    expect(first.finished).toMatchObject({ outcome: 'issued', message: expect.stringMatching(/^Kept in accounts/) });
    expect(untouched).toBe(served);
    expect(again.finished).toMatchObject({
      outcome: 'not-due',
      message: expect.stringContaining('waits to be installed'),
    });
    expect(second.finished.outcome).toBe('verified');
    expect(second.facts.earlier?.renewalId).toBe(first.id);
    expect(journey.effects()).toEqual({ issued: 1, restarts: 1, records: [] });
  });

  it('proves at the test CA that issuing works, and keeps nothing of it', async () => {
    await using journey = await Journey.start({ lab: { testCa: true } });

    const proved = await journey.renew({ goal: 'validate', activation: null });
    const issued = { ca: journey.lab.ca.issued().length, testCa: journey.lab.testCa?.issued().length };
    const kept = (await journey.accountsFiles()).filter((path) => path.endsWith('fullchain.pem'));
    const renewed = await journey.renew();

    expect(proved.finished.outcome).toBe('validated');
    expect(issued).toEqual({ ca: 0, testCa: 1 });
    expect(kept).toEqual([]);
    expect(renewed.finished.outcome).toBe('verified');
    expect(renewed.facts.earlier).toBeUndefined();
    expect(journey.effects()).toEqual({ issued: 1, restarts: 1, records: [] });
  });

  it('says so when the CA has no test directory, and asks nobody else', async () => {
    await using journey = await Journey.start();

    const { finished } = await journey.renew({ goal: 'validate', activation: null });

    expect(finished).toMatchObject({ outcome: 'failed', message: expect.stringContaining('has no test directory') });
    expect(journey.effects()).toEqual({ issued: 0, restarts: 0, records: [] });
  });

  it('stops before the restart when asked to, whatever the connection says', async () => {
    await using journey = await Journey.start();
    const id = await journey.start({ goal: 'serve', activation: 'ask' });

    const held = await journey.event(id, 'step.held');
    const restartsWhileHeld = journey.effects().restarts;
    await journey.app.runner.resume(id);
    const { finished } = await journey.ended(id);

    expect(held).toMatchObject({ step: 'activate', ask: expect.stringMatching(/old one cannot be put back.*Say go/) });
    expect(restartsWhileHeld).toBe(0);
    expect(finished.outcome).toBe('verified');
  });
});

describe('certferry renew', { timeout: 60_000 }, () => {
  it('ends with 0 when it only issued, as asked', async () => {
    await using journey = await Journey.start({ lab: { testCa: true } });
    await using server = await journey.listen();
    const renew = (...options: string[]) =>
      certferry(journey.environment(server.url), 'renew', String(journey.connection.id), ...options);

    const validated = await renew('--at-test-ca');
    const issued = await renew('--issue-only');

    expect(validated).toMatchObject({ status: 0, output: expect.stringContaining('Proved at the test CA') });
    expect(issued).toMatchObject({ status: 0, output: expect.stringContaining('Issued, not installed') });
    expect(journey.effects()).toEqual({ issued: 1, restarts: 0, records: [] });
  });
});
