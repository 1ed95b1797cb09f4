import { readCertificate } from '../../domain/certificate.ts';
import type { Finding } from '../../domain/finding.ts';
import { accessFindings } from '../_boxes/access-findings.ts';
import type { SlotId } from '../driver.ts';
import { type Attempt, attempt, blocked, ok, refused, skipped, type Topic, warned } from '../findings.ts';
import type { ActivationParts } from './activation.ts';
import { namesIn } from './csr.ts';
import { slotOf } from './slot.ts';
import { SOURCES } from './sources.ts';

const API: Topic = { id: 'appliance.api', title: 'Provisioning API', reference: SOURCES.interfaces };
const TODO = 'Check that this is an Expressway, and that the administrator has API access.';
const PENDING: Topic = { id: 'appliance.pending-csr', title: 'Pending CSR', reference: SOURCES.api };
const HOST_KEY: Topic = { id: 'appliance.ssh-host-key', title: 'SSH host key', reference: SOURCES.interfaces };
const VERSION: Topic = { id: 'appliance.version', title: 'SSH login and version', reference: SOURCES.commands };
const ACME: Topic = {
  id: 'appliance.acme-scheduler',
  title: 'ACME scheduler of the box',
  reference: SOURCES.clientAuth,
};
const NAMES: Topic = { id: 'appliance.names.wildcard', title: 'No wildcards', reference: SOURCES.certificates };

/** See `ApplianceDriver.check`. Changes nothing. */
export async function checkExpressway(
  parts: ActivationParts,
  slotId: SlotId,
  dnsNames: readonly string[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const slot = await attempt(async () => slotOf(slotId), signal);
  if (!slot.ok) return [blocked({ id: 'appliance.slot', title: 'Slot' }, slot.error)];
  const held = await attempt(() => parts.rest.serverCertificate(signal), signal);
  const first: Attempt<string> = held.ok ? { ok: true, value: heldWords(held.value) } : held;
  const isDenied = !held.ok && held.error.code === 'APPLIANCE_DENIED';
  return [
    ...accessFindings(first, API, TODO),
    held.ok ? await pendingFinding(parts, signal) : skipped(PENDING, 'The box could not be asked.'),
    ...(await sshFindings(parts, isDenied, signal)),
    acmeFinding(parts),
    wildcardFinding(dnsNames),
  ];
}

function heldWords([leaf]: readonly string[]): string {
  try {
    if (leaf === undefined) return 'It holds no server certificate.';
    const { subject, issuer, notAfter } = readCertificate(leaf);
    return `It holds ${subject}, issued by ${issuer}, valid until ${notAfter}.`;
  } catch {
    return 'The certificate that it holds cannot be read.';
  }
}

async function pendingFinding({ rest }: ActivationParts, signal: AbortSignal): Promise<Finding> {
  const pending = await attempt(() => rest.pendingCsr(signal), signal);
  if (!pending.ok) return { ...blocked(PENDING, pending.error), outcome: 'warn' };
  if (pending.value === null) return ok(PENDING, 'None: a renewal makes one.');
  return warned(
    PENDING,
    `A CSR is pending for ${namesIn(pending.value)}. The box keeps one only.`,
    'A renewal uses it when it fits. When it does not, discard it under Maintenance, Security, Server certificate: certferry cannot.',
  );
}

async function sshFindings(
  { cli }: ActivationParts,
  isDenied: boolean,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const seen = await attempt(() => cli.hostKey(signal), signal);
  if (!seen.ok) {
    const todo = 'Check the SSH port and the path to it: the restart needs it.';
    return [blocked(HOST_KEY, seen.error, todo), skipped(VERSION, 'Nobody answers.')];
  }
  if (!cli.hostKeys.includes(seen.value)) {
    const known = cli.hasPinnedKey ? `; pinned is ${cli.hostKeys.join(' or ')}` : '; none is pinned';
    const todo = 'Compare the fingerprint with the box over a path you trust, then add it to the SSH host keys.';
    return [
      refused(HOST_KEY, `The box shows ${seen.value}${known}.`, todo),
      skipped(VERSION, 'No login without a host key.'),
    ];
  }
  const pinned = ok(HOST_KEY, `${seen.value} is pinned.`);
  if (isDenied) {
    return [pinned, skipped(VERSION, 'Not tried: the API refused this account, and a second refusal could lock it.')];
  }
  const version = await attempt(() => cli.version(signal), signal);
  if (!version.ok) return [pinned, blocked(VERSION, version.error)];
  return [
    pinned,
    version.value === null
      ? skipped(VERSION, 'It logs in; the box did not say its release.')
      : ok(VERSION, version.value),
  ];
}

/** No interface tells whether it is on, so a person says so once. */
function acmeFinding({ settings: { role, acmeOff } }: ActivationParts): Finding {
  if (role === 'core') return ok(ACME, 'An Expressway-C has none.');
  if (acmeOff) return ok(ACME, 'Somebody has looked: it is off.');
  return warned(
    ACME,
    'Nobody can ask the box whether its own ACME scheduler is on, and that would replace the certificate of certferry.',
    'Look under Maintenance, Security, Server certificate, ACME Certificate Service: "ACME Automated Scheduler" has to be Off. Then say so in the connection.',
  );
}

function wildcardFinding(dnsNames: readonly string[]): Finding {
  const wildcards = dnsNames.filter((name) => name.startsWith('*.'));
  if (wildcards.length === 0) return ok(NAMES, 'None.');
  return refused(
    NAMES,
    `Expressway takes no wildcard certificate: ${wildcards.join(', ')}.`,
    'Name each host by its own full name.',
  );
}
