import { LAB_CLUSTER } from '@certferry/lab';
import { describe, expect, it } from 'vitest';
import type { ConnectionInput } from '../../backend/src/connections.ts';
import { Journey } from '../support/journey.ts';

const NODES = ['cucm-pub', 'cucm-sub1', 'cucm-sub2', 'imp1'];

function impatient(input: ConnectionInput): ConnectionInput {
  const { appliance } = input;
  const settings = { ...appliance.settings, restartPatienceSeconds: 10 };
  return { ...input, appliance: { ...appliance, settings }, policy: { verifyPatienceSeconds: 4 } };
}

function startCluster(options: { readonly retryLadderMs?: readonly number[] } = {}): Promise<Journey> {
  return Journey.start({ lab: { cluster: true }, connection: impatient, overrides: options });
}

/** What happened to Tomcat on which node, in order: `cucm-pub received`, `cucm-pub done`. */
function recordRestarts({ lab }: Journey): readonly string[] {
  const log: string[] = [];
  lab.exchanges.listen((name, phase) => {
    const [, node] = /^vos\.restart (\S+) Cisco Tomcat$/.exec(name) ?? [];
    if (node) log.push(`${node.split('.')[0]} ${phase}`);
  });
  return log;
}

describe.concurrent('a multi-server certificate', { timeout: 180_000 }, () => {
  it('is served by every node, restarted one at a time, the publisher first', async () => {
    await using journey = await startCluster();
    const restarts = recordRestarts(journey);

    const { finished, facts } = await journey.renew();

    expect(finished.outcome).toBe('verified');
    expect(restarts).toEqual(NODES.flatMap((node) => [`${node} received`, `${node} done`]));
    expect(facts.served).toHaveLength(8);
    expect(new Set(facts.served?.map(({ sha256 }) => sha256))).toEqual(new Set([journey.lab.ca.issued()[0]?.sha256]));
    expect(journey.effects()).toMatchObject({ issued: 1, records: [] });
  });

  it('is followed by no further restart when a node comes back with the old one', async () => {
    await using journey = await startCluster();
    const restarts = recordRestarts(journey);
    journey.lab.faults.on('wrong-cert-served', 'cucm-sub1');

    const { finished } = await journey.renew();

    expect(finished).toMatchObject({ outcome: 'installed-not-served', oldStillServed: false });
    expect(finished.message).toContain('cucm-sub1');
    expect(restarts.map((entry) => entry.split(' ')[0])).not.toContain('cucm-sub2');
    expect(journey.effects()).toEqual({ issued: 1, restarts: 2, records: [] });
  });

  it('is finished by a later run when a node went down between two restarts, without another certificate', async () => {
    await using journey = await startCluster({ retryLadderMs: [] });
    const restarts = recordRestarts(journey);
    const stop = journey.lab.exchanges.listen((name, phase) => {
      if (name.startsWith('vos.restart cucm-sub1') && name.endsWith('Cisco Tomcat') && phase === 'done') {
        journey.lab.faults.on('node-down', 'cucm-sub2');
      }
    });
    const first = await journey.renew();
    stop();
    journey.lab.faults.off('node-down', 'cucm-sub2');
    const before = [...restarts];

    const second = await journey.renew();

    expect(first.finished.outcome).toBe('installed-not-served');
    expect(first.finished.message).toContain('cucm-sub2');
    expect(before.filter((entry) => entry.startsWith('cucm-sub2'))).toEqual([]);
    expect(second.finished.outcome).toBe('verified');
    expect(journey.effects()).toMatchObject({ issued: 1 });
  });

  it('names the node that did not get it', async () => {
    await using journey = await startCluster({ retryLadderMs: [] });
    journey.lab.faults.on('identity-not-distributed', 'cucm-sub1');

    const { finished } = await journey.renew();

    expect(finished.outcome).toBe('failed');
    expect(finished.message).toContain('cucm-sub1');
    expect(journey.effects()).toEqual({ issued: 1, restarts: 0, records: [] });
  });

  it('is verified although the Control Center service asks to slow down and a subscriber runs another version', async () => {
    const two = { publisher: LAB_CLUSTER.publisher, subscribers: LAB_CLUSTER.subscribers.slice(0, 1), imp: [] };
    await using journey = await Journey.start({ lab: { cluster: two }, connection: impatient });
    const restarts = recordRestarts(journey);
    journey.lab.faults.on('soap-rate-limited');
    journey.lab.faults.on('sub-other-version');

    const { finished } = await journey.renew();

    expect(finished.outcome).toBe('verified');
    expect(restarts).toEqual(NODES.slice(0, 2).flatMap((node) => [`${node} received`, `${node} done`]));
    expect(journey.effects()).toEqual({ issued: 1, restarts: 2, records: [] });
  });
});

describe.concurrent('what is shown of a cluster', { timeout: 120_000 }, () => {
  it('is the plan with every node, what its trust stores hold, and the nodes the publisher knows', async () => {
    await using journey = await startCluster();
    await using peers = await journey.app.peersOf(journey.connection);
    const signal = AbortSignal.timeout(20_000);

    const plan = await journey.app.blastRadius(journey.connection.id, signal);
    const trust = await peers.appliance.trust?.view?.('tomcat', signal);
    const nodes = await peers.appliance.cluster?.discover(signal);

    expect(new Set(plan.interruptions.map(({ node }) => node.split('.')[0]))).toEqual(new Set(NODES));
    expect(plan.endpoints).toHaveLength(8);
    expect(plan.expectedSeconds).toBeGreaterThan(4 * 60);
    expect(Array.isArray(trust)).toBe(true);
    expect(nodes?.map(({ role }) => role).sort()).toEqual(['imp', 'publisher', 'subscriber', 'subscriber']);
  });
});

describe.concurrent('two certificates of one cluster', { timeout: 120_000 }, () => {
  it('never restart two nodes at the same time', async () => {
    await using journey = await startCluster();
    const { addConnection } = await import('../../backend/src/connections.ts');
    const { labConnection } = await import('../../backend/src/cli/lab-connection.ts');
    const { nodes: _nodes, distribution: _distribution, ...publisher } = labConnection(journey.lab).appliance.settings;
    const [sub] = journey.lab.cluster?.subscribers ?? [];
    if (!sub) throw new Error('The lab has no subscriber.');
    const single = { ...labConnection(journey.lab), policy: { verifyPatienceSeconds: 10 } };
    const alone = { plugin: 'vos', settings: publisher };
    const own = {
      host: sub.host,
      serverName: sub.nodeName,
      apiPort: sub.httpsPort,
      servedPorts: [sub.httpsPort, sub.tomcatPort2],
      sshPort: sub.sshPort,
      sshHostKeys: [sub.sshHostKey],
      publisher: publisher.host,
    };
    const onPublisher = await addConnection(journey.app.store, {
      ...single,
      dnsNames: [journey.lab.vos.nodeName],
      appliance: alone,
    });
    const onSub = await addConnection(journey.app.store, {
      ...single,
      dnsNames: [sub.nodeName],
      appliance: { plugin: 'vos', settings: { ...publisher, ...own } },
    });
    let running = 0;
    let most = 0;
    journey.lab.exchanges.listen((name, phase) => {
      if (!name.startsWith('vos.restart ')) return;
      running += phase === 'received' ? 1 : -1;
      most = Math.max(most, running);
    });

    const ids = await Promise.all([onPublisher.id, onSub.id].map((id) => journey.app.runner.start(id, 'operator')));
    const ended = await Promise.all(ids.map((id) => journey.ended(id)));

    expect(ended.map(({ finished }) => finished.outcome)).toEqual(['verified', 'verified']);
    expect(most).toBe(1);
  });
});

describe.concurrent('a slot whose renewal resets phones', { timeout: 120_000 }, () => {
  it('waits for the typed name of the node before anything is handed over', async () => {
    await using journey = await Journey.start({
      connection: (input, lab) => {
        const { appliance } = impatient(input);
        const settings = { ...appliance.settings, product: 'cucm', servedPorts: [lab.vos.port('sip')], trust: 'pin' };
        return {
          ...input,
          slot: 'CallManager',
          appliance: { ...appliance, settings },
          policy: { verifyPatienceSeconds: 10 },
        };
      },
    });
    const id = await journey.start();
    const held = await journey.event(id, 'step.held');

    await expect(journey.app.runner.resume(id, 'yes')).rejects.toMatchObject({ code: 'CONFIRMATION_NEEDED' });
    const uploadsBefore = journey.lab.exchanges.count('vos.identity.upload');
    await journey.app.runner.resume(id, held.confirm);

    const { finished } = await journey.ended(id);
    expect(held).toMatchObject({ step: 'install', confirm: journey.lab.vos.nodeName });
    expect(uploadsBefore).toBe(0);
    expect(finished.outcome).toBe('verified');
  });
});
