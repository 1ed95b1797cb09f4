import { describe, expect, test } from 'vitest';
import type { Facts } from '../../backend/src/renewal/facts.ts';
import { Journey } from '../support/journey.ts';

/** Boxes beside the CUCM, each renewed by the whole product. */

const LAB = { restartMs: 400 } as const;

function newSha256({ install }: Partial<Facts>): string | undefined {
  return install?.sha256;
}

describe.concurrent('a renewal', () => {
  test('of the admin role of ISE waits for the typed name, then for the restart that the bind begins', async () => {
    await using journey = await Journey.start({
      lab: { ...LAB, product: 'ise' },
      faults: ['ise-bind-timeout'],
      connection(input, { box }) {
        if (box?.product !== 'ise') throw new Error('The lab has an ISE.');
        const settings = {
          ...input.appliance.settings,
          servedPorts: [box.sim.primary.adminPort],
          bindTimeoutSeconds: 1,
        };
        return { ...input, slot: 'ise-admin', appliance: { ...input.appliance, settings } };
      },
    });
    const { box, exchanges } = journey.lab;
    if (box?.product !== 'ise') throw new Error('The lab has an ISE.');

    const id = await journey.start();
    const held = await journey.event(id, 'step.held');
    const boundBefore = exchanges.count('ise.bind');
    await journey.app.runner.resume(id, held.confirm);
    const { finished, facts } = await journey.ended(id);

    expect(held).toMatchObject({ step: 'install', confirm: 'ise1.lab.example.com' });
    expect(held.ask).toContain('installing it restarts the node');
    expect(boundBefore).toBe(0);
    expect(finished).toMatchObject({ outcome: 'verified' });
    expect(exchanges.count('ise.bind')).toBe(1);
    expect(box.sim.primary.restarts()).toBe(1);
    expect(box.sim.primary.servedSha256()).toBe(newSha256(facts));
    expect(facts.activation).toMatchObject([{ accepted: true, done: true }]);
  });

  test('of an Expressway restarts it once, over SSH', async () => {
    await using journey = await Journey.start({ lab: { ...LAB, product: 'expressway' } });
    const { box } = journey.lab;

    const { finished, facts } = await journey.renew();

    expect(finished).toMatchObject({ outcome: 'verified' });
    expect(box?.product === 'expressway' && box.sim.restarts()).toBe(1);
    expect(box?.product === 'expressway' && box.sim.servedSha256()).toBe(newSha256(facts));
  });

  test('of Catalyst Center hands over a key of ours, and follows the task', async () => {
    await using journey = await Journey.start({ lab: { ...LAB, product: 'catalyst-center' } });
    const { box, exchanges } = journey.lab;

    const { finished, facts } = await journey.renew();

    expect(finished).toMatchObject({ outcome: 'verified' });
    expect(exchanges.count('catalyst.upload')).toBe(1);
    expect(box?.product === 'catalyst-center' && box.sim.servedSha256()).toBe(newSha256(facts));
  });

  test('of vCenter hands over a key of ours and the CA, then waits for the services', async () => {
    await using journey = await Journey.start({ lab: { ...LAB, product: 'vcenter' } });
    const { box, exchanges } = journey.lab;

    const { finished, facts } = await journey.renew();

    expect(finished).toMatchObject({ outcome: 'verified' });
    expect(exchanges.count('vcenter.replace')).toBe(1);
    expect(box?.product === 'vcenter' && box.sim.restarts()).toBe(1);
    expect(box?.product === 'vcenter' && box.sim.servedSha256()).toBe(newSha256(facts));
  });
});
