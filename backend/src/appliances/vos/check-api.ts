import { readCertificate, readCsr } from '../../domain/certificate.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import { type Attempt, attempt, blocked, ok, refused, skipped, type Topic, warned } from '../findings.ts';
import { pendingCsr } from './csr.ts';
import { identityPem } from './install.ts';
import type { VosRest } from './rest.ts';
import type { Snapshot } from './schema.ts';
import type { VosSlot } from './services.ts';
import { SOURCES } from './sources.ts';

/** What has to hold for an API call to succeed, in the order in which it fails. */
const API_STEPS: readonly { readonly topic: Topic; readonly codes: readonly ErrorCode[]; readonly good: string }[] = [
  {
    topic: { id: 'appliance.reachable', title: 'Appliance answers' },
    codes: ['APPLIANCE_UNREACHABLE'],
    good: 'It answers.',
  },
  {
    topic: { id: 'appliance.trust', title: 'TLS trust' },
    codes: ['APPLIANCE_NOT_TRUSTED'],
    good: 'Its certificate is one that this connection trusts.',
  },
  {
    topic: { id: 'appliance.credentials', title: 'Credentials', reference: SOURCES.authentication },
    codes: ['APPLIANCE_DENIED', 'APPLIANCE_FORBIDDEN'],
    good: 'User and password are accepted.',
  },
];

const API: Topic = { id: 'appliance.api', title: 'Certificate Management API', reference: SOURCES.api };

export function apiFindings(snapshot: Attempt<Snapshot>, product: string): Finding[] {
  if (snapshot.ok) {
    const answer = `${snapshot.value.server} answers, with ${snapshot.value.identities.length} certificates of its own.`;
    return [...API_STEPS.map(({ topic, good }) => ok(topic, good)), ok(API, answer)];
  }
  const { error } = snapshot;
  const at = API_STEPS.findIndex(({ codes }) => codes.includes(error.code));
  const failed = at < 0 ? API_STEPS.length : at;
  const todo = `The API exists from version 14. Check that this is a ${product} node and that its web service runs.`;
  return [
    ...API_STEPS.map(({ topic, good }, index) => {
      if (index < failed) return ok(topic, good);
      return index === failed ? blocked(topic, error) : skipped(topic, 'Not reached.');
    }),
    at < 0 ? blocked(API, error, todo) : skipped(API, 'Not reached.'),
  ];
}

export function slotFinding(snapshot: Attempt<Snapshot>, slot: VosSlot, name: string): Finding {
  const topic = { id: 'appliance.slot', title: `Slot ${slot.id}`, reference: SOURCES.gettingStarted };
  if (!snapshot.ok) return skipped(topic, 'The appliance could not be asked.');
  const pem = identityPem(snapshot.value, slot);
  if (pem === null) {
    return refused(topic, `${name} has no slot ${slot.id}.`, 'Check that this node has the service.');
  }
  try {
    const { subject, issuer, notAfter } = readCertificate(pem);
    return ok(topic, `${subject}, issued by ${issuer}, valid until ${notAfter.slice(0, 10)}.`);
  } catch {
    const todo = 'A renewal replaces it; look at the appliance all the same.';
    return warned(topic, 'The certificate that it holds cannot be read.', todo);
  }
}

export async function pendingFinding(
  snapshot: Attempt<Snapshot>,
  slot: VosSlot,
  rest: VosRest,
  signal: AbortSignal,
): Promise<Finding> {
  const topic = { id: 'appliance.pending-csr', title: 'Pending CSR', reference: SOURCES.securityGuide };
  if (!snapshot.ok) return skipped(topic, 'The appliance could not be asked.');
  const pending = await attempt(() => pendingCsr(rest, slot, signal), signal);
  if (!pending.ok) return { ...blocked(topic, pending.error), outcome: 'warn' };
  if (pending.value === null) return ok(topic, 'None: a renewal makes one.');
  return warned(
    topic,
    `A CSR is waiting in ${slot.id}${namesOf(pending.value)}.`,
    'If somebody waits for a certificate for it, let them finish first: a renewal uses it when it fits, and replaces it otherwise.',
  );
}

function namesOf(csrPem: string): string {
  try {
    return ` for ${readCsr(csrPem).dnsNames.join(', ')}`;
  } catch {
    return ', which cannot be read';
  }
}

/** A certificate is refused while it is not valid yet, and CAs date theirs an hour back at most. */
const WORST_SKEW_MS = 5 * 60_000;

export function clockFinding(date: Date | null, now: Date): Finding {
  const topic: Topic = { id: 'appliance.clock', title: 'Clock' };
  if (date === null) return skipped(topic, 'The appliance did not say what time it is.');
  const skewMs = date.getTime() - now.getTime();
  if (Math.abs(skewMs) <= WORST_SKEW_MS) return ok(topic, 'It agrees with the clock of certferry.');
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  return warned(
    topic,
    `The clock of the appliance is ${minutes} minutes ${skewMs < 0 ? 'behind' : 'ahead of'} that of certferry.`,
    'Correct NTP on whichever is wrong: to a node with a slow clock a new certificate is not valid yet.',
  );
}
