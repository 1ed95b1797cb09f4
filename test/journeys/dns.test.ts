import { LAB_NODE, LAB_ZONE, type Lab } from '@certferry/lab';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PROPAGATION, type PropagationPolicy } from '../../backend/src/dns/resolver.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';

const NAME = `_acme-challenge.${LAB_NODE}`;

describe.concurrent('records that could not be removed', { timeout: 120_000 }, () => {
  it('do not keep the certificate from being installed, and are removed at the next start', async ({ expect }) => {
    await using journey = await Journey.start();
    const stopRefusing = refuseRemovals(journey);

    const { finished } = await journey.renew();
    const left = await journey.app.sweeper.list();
    stopRefusing();
    await journey.restart();

    expect(finished.outcome).toBe('verified');
    expect(left).toMatchObject([{ fqdn: NAME, renewalId: finished.renewalId }]);
    await expect.poll(() => journey.lab.dns.txt(NAME)).toEqual([]);
    await expect.poll(() => journey.app.sweeper.list()).toEqual([]);
  });

  it('are removed on demand, other values of the same name are not', async () => {
    await using journey = await Journey.start();
    const stopRefusing = refuseRemovals(journey);
    await journey.renew();
    journey.lab.dns.add({ name: NAME, type: 'TXT', data: 'somebody-elses-value' });

    const [failed] = await journey.app.sweeper.sweep(AbortSignal.timeout(20_000));
    stopRefusing();
    const [swept] = await journey.app.sweeper.sweep(AbortSignal.timeout(20_000));

    expect(failed).toMatchObject({ fqdn: NAME, trouble: expect.any(String) });
    expect(swept).toMatchObject({ fqdn: NAME, trouble: null });
    expect(journey.lab.dns.txt(NAME)).toEqual(['somebody-elses-value']);
  });
});

describe.concurrent('certferry dns sweep', { timeout: 120_000 }, () => {
  it('shows what is left, says why it cannot be removed, and removes it', async () => {
    await using journey = await Journey.start();
    await using server = await journey.listen();
    const stopRefusing = refuseRemovals(journey);
    await journey.renew();

    const shown = await certferry(journey.environment(server.url), 'dns', 'sweep', '--dry-run');
    const unknown = await certferry(journey.environment(server.url), 'dns', 'sweep', '--forget', 'unknown').catch(
      (err) => err,
    );
    const failed = await certferry(journey.environment(server.url), 'dns', 'sweep');
    stopRefusing();
    const removed = await certferry(journey.environment(server.url), 'dns', 'sweep');
    const none = await certferry(journey.environment(server.url), 'dns', 'sweep');

    expect(shown).toMatchObject({ status: 0, output: expect.stringMatching(/_acme-challenge\S+ .*still there/) });
    expect(unknown).toMatchObject({ code: 'NOT_FOUND' });
    expect(failed).toMatchObject({ status: 1, output: expect.stringContaining('not removed: ') });
    expect(removed).toMatchObject({ status: 0, output: expect.stringMatching(/removed$/m) });
    expect(none.output).toContain('No renewal left a record behind');
  });
});

describe.concurrent('who must show the records', { timeout: 120_000 }, () => {
  it('are the resolvers alone, where the connection says so', async ({ expect }) => {
    await using journey = await startWith((lab) => ({ mode: 'resolvers', checkResolvers: [lab.dns.resolver] }));
    await journey.app.store.settings.put(`propagation.${LAB_ZONE}`, [300]);

    const { finished, facts } = await journey.renew({ goal: 'issue', activation: null });

    expect(finished.outcome).toBe('issued');
    expect(facts.propagation?.flatMap(({ answers }) => answers)).toMatchObject([
      { kind: 'resolver', server: { name: journey.lab.dns.resolver }, state: 'seen' },
    ]);
  });

  it('is nobody, where the connection only waits', async ({ expect }) => {
    await using journey = await startWith(() => ({ mode: 'wait-only', waitSeconds: 1 }));

    const { finished, facts, events } = await journey.renew({ goal: 'issue', activation: null });

    expect(finished.outcome).toBe('issued');
    expect(facts.propagation).toEqual([]);
    expect(JSON.stringify(events)).toContain('waited, no server was asked');
  });

  it('is refused with the connection when it is no address of a resolver', async ({ expect }) => {
    const started = startWith(() => ({ mode: 'resolvers', checkResolvers: ['192.0.2.53', '10.0.0.1:99999'] }));

    await expect(started).rejects.toMatchObject({
      code: 'INVALID_SETTINGS',
      message: expect.stringContaining('policy.propagation.checkResolvers: "10.0.0.1:99999" is not the address'),
    });
  });

  function startWith(propagation: (lab: Lab) => Partial<PropagationPolicy>): Promise<Journey> {
    return Journey.start({
      connection: (input, lab) => ({
        ...input,
        policy: { ...input.policy, propagation: { ...DEFAULT_PROPAGATION, ...propagation(lab) } },
      }),
    });
  }
});

describe.concurrent('several DNS services in one order', { timeout: 120_000 }, () => {
  it('proves one name through a CNAME into the zone of another provider, and the other at the default', async () => {
    await using journey = await Journey.start({
      lab: { zones: [LAB_ZONE, 'acme.example.net'] },
      connection: (input) => ({
        ...input,
        dnsNames: [LAB_NODE, `phone.${LAB_ZONE}`],
        dnsRules: [{ suffix: 'acme.example.net', use: { plugin: 'manual', settings: {} } }],
      }),
    });
    journey.lab.dns.add({ name: NAME, type: 'CNAME', data: 'cucm.acme.example.net' });
    const id = await journey.start();

    const { ask } = await journey.event(id, 'step.held');
    const [, name = '', value = ''] = /^(\S+)\. \d+ IN TXT "(.+)"$/m.exec(ask) ?? [];
    journey.lab.dns.add({ name, type: 'TXT', data: value });
    await journey.app.runner.resume(id);

    const { finished, facts } = await journey.ended(id);
    expect(finished.outcome).toBe('verified');
    expect(name).toBe('cucm.acme.example.net');
    expect(facts.records?.map(({ record }) => record.zone).sort()).toEqual(['acme.example.net', LAB_ZONE]);
  });
});

/** The primary answers no update that removes something. */
function refuseRemovals(journey: Journey): () => void {
  let updates = 0;
  return journey.lab.exchanges.listen((name, phase) => {
    if (name !== 'dns.update' || phase !== 'received') return;
    updates += 1;
    if (updates > 1) throw new Error('The update is refused by the test.');
  });
}
