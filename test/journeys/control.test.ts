import { describe, expect, it } from 'vitest';
import { Journey } from '../support/journey.ts';

describe.concurrent('a person in a renewal', { timeout: 120_000 }, () => {
  it('cancels while DNS is being waited for: records gone, nothing issued, old certificate served', async () => {
    await using journey = await Journey.start({ faults: ['dns-servfail-secondary'] });
    const id = await journey.start();
    await journey.event(id, 'step.started', ({ step }) => step === 'propagate');

    await journey.app.runner.cancel(id);

    const { finished } = await journey.ended(id);
    expect(finished).toMatchObject({ outcome: 'cancelled', oldStillServed: true });
    expect(journey.effects()).toEqual({ issued: 0, restarts: 0, records: [] });
  });

  it('cannot cancel once the certificate is being handed over', async () => {
    await using journey = await Journey.start();
    const refused = deferred();
    const id = await journey.start();
    journey.lab.exchanges.listen(async (name, phase) => {
      if (name !== 'vos.identity.upload' || phase !== 'received') return;
      await journey.app.runner.cancel(id).then(refused.reject, refused.resolve);
    });

    const { finished } = await journey.ended(id);

    expect(await refused.promise).toMatchObject({ code: 'TOO_LATE_TO_CANCEL' });
    expect(finished.outcome).toBe('verified');
  });

  it('publishes the records by hand and says when it is done', async () => {
    await using journey = await Journey.start({
      connection: (input) => ({ ...input, dns: { plugin: 'manual', settings: {} } }),
    });
    const id = await journey.start();
    const { ask } = await journey.event(id, 'step.held');
    const [, name = '', value = ''] = /^(\S+)\. \d+ IN TXT "(.+)"$/m.exec(ask) ?? [];
    journey.lab.dns.add({ name, type: 'TXT', data: value });

    await journey.app.runner.resume(id);

    const { finished } = await journey.ended(id);
    expect(finished.outcome).toBe('verified');
    // certferry did not write it, so it does not remove it.
    expect(journey.lab.dns.txt(name)).toEqual([value]);
  });

  it('allows the restart, also after the daemon was restarted meanwhile', async () => {
    await using journey = await Journey.start({
      connection: (input) => ({ ...input, policy: { ...input.policy, activation: 'ask' } }),
    });
    const id = await journey.start();
    const { ask } = await journey.event(id, 'step.held');

    await journey.restart();
    expect(journey.effects()).toMatchObject({ restarts: 0 });
    await journey.app.runner.resume(id);

    const { finished } = await journey.ended(id);
    expect(ask).toContain('Cisco Tomcat');
    expect(finished.outcome).toBe('verified');
    expect(journey.effects()).toMatchObject({ restarts: 1 });
  });

  it('is told when there is nothing to release', async () => {
    await using journey = await Journey.start({ faults: ['dns-servfail-secondary'] });
    const id = await journey.start();
    await journey.event(id, 'step.started', ({ step }) => step === 'propagate');

    await expect(journey.app.runner.resume(id)).rejects.toMatchObject({ code: 'NOT_HELD' });

    await journey.app.runner.cancel(id);
    await journey.ended(id);
  });

  it('tries again at once instead of waiting', async () => {
    await using journey = await Journey.start({
      faults: ['ca-rate-limited'],
      overrides: { retryLadderMs: [3_600_000] },
    });
    const id = await journey.start();
    await journey.event(id, 'step.failed');

    await journey.app.runner.resume(id);

    expect((await journey.ended(id)).finished.outcome).toBe('verified');
  });

  it('mistyped the password: one login is tried, and no account is locked', async () => {
    await using journey = await Journey.start({
      connection: ({ appliance, ...rest }) => ({
        ...rest,
        appliance: { ...appliance, settings: { ...appliance.settings, password: 'wrong-password' } },
      }),
    });

    const { finished } = await journey.renew();

    expect(finished.outcome).toBe('failed');
    expect(finished.message).toContain('refused');
    expect(journey.lab.vos.failedLogins()).toBe(1);
  });
});

function deferred() {
  let resolve: (value: unknown) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<unknown>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
