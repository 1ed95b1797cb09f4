import { readCertificate } from '../../domain/certificate.ts';
import type { Finding } from '../../domain/finding.ts';
import { accessFindings } from '../_boxes/access-findings.ts';
import type { SlotId } from '../driver.ts';
import { type Attempt, attempt, blocked, ok, skipped, type Topic, warned } from '../findings.ts';
import { hasCommonName, type IsePlace } from './csr.ts';
import { inSlot, twinsOf, twinWords } from './install.ts';
import { nameOf, ownNode } from './node.ts';
import { type IseSlot, restartsNode, servesPortals, slotOf } from './roles.ts';
import type { Node } from './schema.ts';
import { SOURCES } from './sources.ts';

const API: Topic = { id: 'appliance.api', title: 'Open API', reference: SOURCES.enableApi };
const TODO =
  'Switch the Open API on under Administration, System, Settings, API Settings; it exists from ISE 3.1 and answers on the primary administration node.';

/** See `ApplianceDriver.check`. Changes nothing. */
export async function checkIse(
  place: IsePlace,
  slotId: SlotId,
  dnsNames: readonly string[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const slot = await attempt(async () => slotOf(slotId), signal);
  if (!slot.ok) return [blocked({ id: 'appliance.slot', title: 'Slot' }, slot.error)];
  const nodes = await attempt(() => place.rest.nodes(signal), signal);
  const first: Attempt<string> = nodes.ok ? { ok: true, value: `It lists ${nodes.value.length} nodes.` } : nodes;
  const access = accessFindings(first, API, TODO);
  if (!nodes.ok) return [...access, ...REST.map((topic) => skipped(topic, 'ISE could not be asked.'))];
  return [
    ...access,
    await nodeFinding(place, nodes.value, signal),
    deploymentFinding(place, nodes.value),
    await slotFinding(place, slot.value, signal),
    await pendingFinding(place, dnsNames, signal),
    await twinFinding(place, dnsNames, signal),
    proofFinding(slot.value),
  ];
}

const NODE: Topic = { id: 'appliance.node', title: 'Node', reference: SOURCES.api };
const DEPLOYMENT: Topic = { id: 'appliance.deployment', title: 'Deployment', reference: SOURCES.api };
const SLOT: Topic = { id: 'appliance.slot', title: 'Slot', reference: SOURCES.api };
const PENDING: Topic = { id: 'appliance.pending-csr', title: 'Pending CSRs', reference: SOURCES.api };
const TWIN: Topic = { id: 'appliance.trusted-name', title: 'Trusted certificates', reference: SOURCES.netSsl };
const PROOF: Topic = { id: 'appliance.proof', title: 'Proof', reference: SOURCES.api };
const REST = [NODE, DEPLOYMENT, SLOT, PENDING, TWIN, PROOF];

async function nodeFinding({ settings }: IsePlace, nodes: readonly Node[], signal: AbortSignal): Promise<Finding> {
  const node = await attempt(async () => ownNode(settings, nodes), signal);
  if (!node.ok) return blocked(NODE, node.error);
  const { hostname, fqdn, nodeStatus } = node.value;
  const name = fqdn ?? hostname;
  if (!nodeStatus || isConnected(nodeStatus)) return ok(NODE, `${name}${nodeStatus ? `, ${nodeStatus}` : ''}.`);
  return warned(NODE, `${name} is ${nodeStatus}.`, 'Mend that first: a certificate would not get to the node.');
}

function isConnected(status: string): boolean {
  return /^(connected|ok|in ?sync)/i.test(status);
}

function deploymentFinding({ settings }: IsePlace, nodes: readonly Node[]): Finding {
  const others = nodes.filter(({ fqdn, hostname }) => {
    const own = nameOf(settings);
    return (fqdn ?? hostname).toLowerCase() !== own && hostname.toLowerCase() !== own.split('.')[0];
  });
  if (nodes.length < 2 || others.length === 0) return ok(DEPLOYMENT, 'One node.');
  const names = others.map(({ fqdn, hostname }) => fqdn ?? hostname).join(', ');
  return ok(DEPLOYMENT, `Also ${names}: each node has certificates of its own, and needs a connection of its own.`);
}

async function slotFinding(place: IsePlace, slot: IseSlot, signal: AbortSignal): Promise<Finding> {
  const { rest, settings } = place;
  const host = await attempt(() => place.hostName(signal), signal);
  if (!host.ok) return skipped(SLOT, 'The node is not known.');
  const list = await attempt(() => rest.systemCertificates(host.value, signal), signal);
  if (!list.ok) return blocked(SLOT, list.error);
  const held = inSlot(list.value, slot, settings.portalGroupTag);
  if (!held) {
    const group = servesPortals(slot) ? ` in the group "${settings.portalGroupTag}"` : '';
    return warned(SLOT, `No system certificate has the role of ${slot.id}${group}.`, 'The renewal puts one there.');
  }
  const pem = await attempt(() => rest.exportSystemCertificate(host.value, held.id, signal), signal);
  if (!pem.ok)
    return blocked(SLOT, pem.error, 'The account has to be allowed to export certificates (without their keys).');
  return ok(SLOT, `"${held.friendlyName ?? held.id}"${untilWords(pem.value)}.`);
}

function untilWords(pem: string | null): string {
  try {
    return pem === null
      ? ''
      : `, issued by ${readCertificate(pem).issuer}, valid until ${readCertificate(pem).notAfter}`;
  } catch {
    return ', which cannot be read';
  }
}

async function pendingFinding({ rest }: IsePlace, dnsNames: readonly string[], signal: AbortSignal): Promise<Finding> {
  const all = await attempt(() => rest.pendingCsrs(signal), signal);
  if (!all.ok) return { ...blocked(PENDING, all.error), outcome: 'warn' };
  const [name = ''] = dnsNames;
  const foreign = all.value.filter(
    ({ subject }) => hasCommonName(subject, name) && !/OU ?= ?"?certferry /.test(subject ?? ''),
  );
  if (foreign.length === 0) return ok(PENDING, 'None that is in the way.');
  const names = foreign.map(({ friendlyName, id, hostName }) => `"${friendlyName ?? id}" on ${hostName}`).join(', ');
  return warned(
    PENDING,
    `${names} asks for ${name} too. certferry did not make it and leaves it alone.`,
    'If nobody waits for a certificate for it, delete it: ISE may refuse a second one.',
  );
}

async function twinFinding({ rest }: IsePlace, dnsNames: readonly string[], signal: AbortSignal): Promise<Finding> {
  const [name = ''] = dnsNames;
  const trusted = await attempt(() => rest.trustedCertificates(signal), signal);
  if (!trusted.ok) return { ...blocked(TWIN, trusted.error), outcome: 'warn' };
  const twins = twinsOf(trusted.value, name, null);
  if (twins.length === 0) return ok(TWIN, 'None has the name of the certificate to come.');
  return warned(TWIN, twinWords(twins), 'Look at it before the renewal; certferry deletes no trusted certificate.');
}

function proofFinding(slot: IseSlot): Finding {
  if (restartsNode(slot)) {
    return warned(
      PROOF,
      'The node restarts as soon as it takes the certificate, and somebody has to allow that by typing its name.',
      'Give the connection a restart window, and be there: 10 to 20 minutes without the node are usual.',
    );
  }
  if (slot.ports.length > 0) return ok(PROOF, `Seen on port ${slot.ports.join(' and ')}.`);
  return warned(
    PROOF,
    `No TLS handshake shows the certificate of ${slot.id}, so nobody can see from outside that it is used.`,
    'The renewal ends as installed, not as seen served. Try a client afterwards.',
  );
}
