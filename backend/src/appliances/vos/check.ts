import type { Finding } from '../../domain/finding.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { DiscoveredNode, SlotId } from '../driver.ts';
import { type Attempt, attempt, blocked, ok, refused, skipped, type Topic, warned } from '../findings.ts';
import { apiFindings, clockFinding, pendingFinding, slotFinding } from './check-api.ts';
import { nameFindings } from './check-names.ts';
import { lookBySsh, type SshLook } from './check-ssh.ts';
import { endpointsOf, type VosNode, type VosNodes, withSlot } from './nodes.ts';
import type { PlanOptions } from './plan.ts';
import type { Snapshot } from './schema.ts';
import type { VosSlot } from './services.ts';
import { SOURCES } from './sources.ts';

export interface VosCheckOptions {
  readonly nodes: VosNodes;
  readonly slotOf: (id: SlotId) => VosSlot;
  readonly product: string;
  readonly distribution: 'this-server' | 'multi-server';
  readonly plan: PlanOptions;
  readonly clock: Clock;
}

/** See `ApplianceDriver.check`. Changes nothing. */
export async function checkVos(
  options: VosCheckOptions,
  slotId: SlotId,
  dnsNames: readonly string[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const slot = await attempt(async () => options.slotOf(slotId), signal);
  if (!slot.ok) return [blocked({ id: 'appliance.slot', title: 'Slot' }, slot.error)];
  const { first, all } = options.nodes;
  const nodes = withSlot(all, slot.value);
  const looks = await Promise.all(nodes.map((node) => lookAt(node, slot.value, options, signal)));
  return [
    ...looks.flatMap(({ node, findings }) => (node === first ? findings : named(findings, node))),
    ...slotFindings(slot.value, nodes),
    ...(options.distribution === 'multi-server' ? clusterFindings(looks, options.nodes) : []),
    ...nameFindings(
      dnsNames,
      looks.flatMap(({ snapshot }) => (snapshot.ok ? [snapshot.value.server] : [])),
    ),
  ];
}

interface NodeLook {
  readonly node: VosNode;
  readonly snapshot: Attempt<Snapshot>;
  readonly ssh: SshLook;
  readonly findings: readonly Finding[];
}

async function lookAt(
  node: VosNode,
  slot: VosSlot,
  { nodes, product, plan, clock }: VosCheckOptions,
  signal: AbortSignal,
): Promise<NodeLook> {
  const dated = await attempt(() => node.rest.datedSnapshot(signal), signal);
  const now = clock.now();
  const snapshot: Attempt<Snapshot> = dated.ok ? { ok: true, value: dated.value.snapshot } : dated;
  const isDenied = !dated.ok && dated.error.code === 'APPLIANCE_DENIED';
  // The request of a multi-server certificate is made and kept on the publisher.
  const pending = node === nodes.first ? [await pendingFinding(snapshot, slot, node.rest, signal)] : [];
  const ssh = await lookBySsh(node, slot, isDenied, plan, signal);
  const findings = [
    ...apiFindings(snapshot, product),
    slotFinding(snapshot, slot, node.name),
    clockFinding(dated.ok ? dated.value.date : null, now),
    ...pending,
    ...ssh.findings,
  ];
  return { node, snapshot, ssh, findings };
}

function named(findings: readonly Finding[], { name }: VosNode): Finding[] {
  return findings.map((finding) => ({ ...finding, id: `${finding.id}.${name}`, title: `${finding.title} (${name})` }));
}

function slotFindings(slot: VosSlot, nodes: readonly VosNode[]): Finding[] {
  const phones: Topic = { id: 'appliance.phones', title: 'Phones', reference: SOURCES.regeneration };
  const proof: Topic = { id: 'appliance.proof', title: 'Proof', reference: slot.source };
  const silent = nodes.filter((node) => endpointsOf(node, slot).length === 0);
  return [
    ...(slot.resetsPhones
      ? [warned(phones, `Phones reset when ${slot.id} gets another certificate.`, 'Renew it in a maintenance window.')]
      : []),
    ...(silent.length > 0
      ? [
          warned(
            proof,
            `No TLS handshake shows the certificate of ${slot.id}, so nobody can see from outside that it is served.`,
            'Look at the service on the appliance after the restart.',
          ),
        ]
      : []),
  ];
}

function clusterFindings(looks: readonly NodeLook[], nodes: VosNodes): Finding[] {
  const publisher = looks.find(({ node }) => node === nodes.first);
  return [
    publisherFinding(nodes.first),
    membersFinding(publisher?.ssh.cluster ?? null, nodes.all),
    versionsFinding(looks),
  ];
}

function publisherFinding({ isPublisher, name }: VosNode): Finding {
  const topic: Topic = { id: 'appliance.cluster.publisher', title: 'Publisher', reference: SOURCES.multiServer };
  if (isPublisher) return ok(topic, `${name} makes the CSR and distributes the certificate.`);
  return refused(
    topic,
    `${name} is not the publisher, and a multi-server certificate is made there.`,
    'Point the connection at the publisher, and list this node under the other nodes.',
  );
}

/** A node that is left out gets the certificate and goes on with the old one, because nobody restarts it. */
function membersFinding(known: readonly DiscoveredNode[] | null, nodes: readonly VosNode[]): Finding {
  const topic: Topic = { id: 'appliance.cluster.nodes', title: 'Nodes of the cluster', reference: SOURCES.multiServer };
  if (known === null || known.length === 0) return skipped(topic, 'The publisher did not say which nodes it has.');
  const listed = new Set(nodes.flatMap(({ name, host }) => [name, host]));
  const left = known.filter(({ host, address }) => !listed.has(host) && !(address !== null && listed.has(address)));
  const apart = known.filter(({ joined }) => !joined);
  if (left.length > 0) {
    return warned(
      topic,
      `The cluster has ${left.map(({ host }) => host).join(', ')} too, which the connection does not list.`,
      'Add it to the other nodes: it gets the certificate, and serves the old one until it is restarted.',
    );
  }
  if (apart.length === 0) return ok(topic, `${known.length} nodes, all of them listed.`);
  return warned(
    topic,
    `The publisher does not speak to ${apart.map(({ host }) => host).join(', ')} now.`,
    'Mend that first: the certificate would not get there.',
  );
}

function versionsFinding(looks: readonly NodeLook[]): Finding {
  const topic: Topic = { id: 'appliance.cluster.version', title: 'Same version everywhere', reference: SOURCES.api };
  const told = looks.flatMap(({ node, ssh }) =>
    ssh.version === null ? [] : [{ name: node.name, version: ssh.version }],
  );
  const [first, ...others] = told;
  if (!first) return skipped(topic, 'No node said its version.');
  const different = others.filter(({ version }) => version !== first.version);
  if (different.length === 0) return ok(topic, first.version);
  return warned(
    topic,
    `${first.name} has ${first.version}, but ${different.map(({ name, version }) => `${name} has ${version}`).join(', ')}.`,
    'Finish the upgrade of the cluster first: nodes of different versions do not replicate.',
  );
}
