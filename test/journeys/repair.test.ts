import { describe, expect, it } from 'vitest';
import { Journey } from '../support/journey.ts';

describe.concurrent('a renewal after one that did not get to its end', { timeout: 120_000 }, () => {
  it('restarts what was not restarted, without another certificate', async () => {
    await using journey = await Journey.start({
      faults: ['wrong-cert-served'],
      connection: (input) => ({ ...input, policy: { verifyPatienceSeconds: 3 } }),
    });
    const first = await journey.renew();
    journey.lab.faults.off('wrong-cert-served');

    const second = await journey.renew();

    expect(first.finished.outcome).toBe('installed-not-served');
    expect(second.finished.outcome).toBe('verified');
    expect(second.facts.earlier?.renewalId).toBe(first.id);
    expect(journey.effects()).toEqual({ issued: 1, restarts: 2, records: [] });
  });

  it('installs a certificate that never got to the appliance, without another order', async () => {
    await using journey = await Journey.start({ overrides: { retryLadderMs: [] } });
    const stop = journey.lab.exchanges.listen((name, phase) => {
      if (name === 'vos.trust.upload' && phase === 'received') journey.lab.faults.on('node-down');
    });
    const first = await journey.renew();
    stop();
    journey.lab.faults.off('node-down');

    const second = await journey.renew();

    expect(first.finished.outcome).toBe('failed');
    expect(second.finished.outcome).toBe('verified');
    expect(journey.effects()).toEqual({ issued: 1, restarts: 1, records: [] });
  });

  it('restarts what a changed password kept from being restarted, and the account is not locked meanwhile', async () => {
    await using journey = await Journey.start({
      connection: (input) => ({ ...input, policy: { verifyPatienceSeconds: 2 } }),
    });
    const stop = journey.lab.exchanges.listen((name, phase) => {
      if (name === 'vos.identity.upload' && phase === 'done') journey.lab.faults.on('password-changed');
    });
    const first = await journey.renew();
    stop();
    const tried = journey.lab.vos.failedLogins();
    journey.lab.faults.off('password-changed');

    const second = await journey.renew();

    expect(first.finished.outcome).not.toBe('verified');
    expect(first.finished.message).toContain('refused');
    expect(tried).toBe(1);
    expect(second.finished.outcome).toBe('verified');
    expect(journey.effects()).toEqual({ issued: 1, restarts: 1, records: [] });
  });

  it('orders anew when the key of the earlier certificate is gone', async () => {
    await using journey = await Journey.start({ faults: ['csr-stale-500'], overrides: { retryLadderMs: [] } });
    const first = await journey.renew();

    const second = await journey.renew();

    expect(first.finished).toMatchObject({ outcome: 'failed', oldStillServed: true });
    expect(second.finished.outcome).toBe('verified');
    expect(journey.effects()).toMatchObject({ issued: 2, restarts: 1 });
  });
});
