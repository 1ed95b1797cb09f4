import type { CertificateFacts } from './certificate.ts';
import { sameNames } from './certificate.ts';

/** Everything that decides whether a renewal is needed. Gathered by the inspect step; no I/O below this line. */
export interface DueInput {
  readonly now: Date;
  /** Null: the slot is empty. `'unreadable'`: it answered with something we cannot parse. Unreachable is an error, not a verdict. */
  readonly installed: CertificateFacts | null | 'unreadable';
  readonly wantedNames: readonly string[];
  readonly daysBefore: number;
  /** ISO 8601 start of the window in which the CA wants the renewal; null when it does not say. */
  readonly caWindowStart: string | null;
  readonly asked: boolean;
}

/** Why a renewal is, or is not, needed now. Shown to people. */
export interface Due {
  readonly due: boolean;
  readonly reason:
    | 'missing'
    | 'unreadable'
    | 'expired'
    | 'expires-soon'
    | 'ca-window'
    | 'names-differ'
    | 'self-signed'
    | 'asked'
    | 'fresh';
  readonly message: string;
}

/** Returns a verdict, or null to let the next check speak. */
type DueCheck = (input: DueInput, installed: CertificateFacts) => Due | null;

const DAY_MS = 86_400_000;

/**
 * Read in order; the first verdict wins. Doubt means due: an expired or unreadable
 * certificate is a reason to renew, never a reason to look away.
 */
const DUE_CHECKS: readonly DueCheck[] = [expired, selfSigned, namesDiffer, caWindowOpen, expiresSoon, asked];

export function judgeDue(input: DueInput): Due {
  const { installed } = input;
  if (installed === null) return { due: true, reason: 'missing', message: 'The slot is empty' };
  if (installed === 'unreadable') {
    return { due: true, reason: 'unreadable', message: 'The installed certificate cannot be read' };
  }
  for (const check of DUE_CHECKS) {
    const verdict = check(input, installed);
    if (verdict) return verdict;
  }
  return { due: false, reason: 'fresh', message: `Valid for ${daysLeft(input, installed)} more days` };
}

function expired(input: DueInput, installed: CertificateFacts): Due | null {
  if (input.now < new Date(installed.notAfter)) return null;
  return { due: true, reason: 'expired', message: `Expired on ${installed.notAfter.slice(0, 10)}` };
}

function selfSigned(_input: DueInput, installed: CertificateFacts): Due | null {
  return installed.selfSigned
    ? { due: true, reason: 'self-signed', message: 'The installed certificate is self-signed' }
    : null;
}

function namesDiffer(input: DueInput, installed: CertificateFacts): Due | null {
  const held = installed.dnsNames.length > 0 ? installed.dnsNames : [installed.commonName ?? ''];
  // A node may add names of its own (its parent domain): more than wanted is no reason to renew.
  const lacking = input.wantedNames.filter((name) => !held.includes(name.toLowerCase()));
  if (lacking.length === 0 || sameNames(held, input.wantedNames)) return null;
  return { due: true, reason: 'names-differ', message: `The installed certificate lacks ${lacking.join(', ')}` };
}

function caWindowOpen(input: DueInput): Due | null {
  if (input.caWindowStart === null || input.now < new Date(input.caWindowStart)) return null;
  return { due: true, reason: 'ca-window', message: 'The CA asks for renewal in this window' };
}

function expiresSoon(input: DueInput, installed: CertificateFacts): Due | null {
  const left = daysLeft(input, installed);
  if (left >= input.daysBefore) return null;
  return {
    due: true,
    reason: 'expires-soon',
    message: `Expires in ${left} days, renewal is due ${input.daysBefore} days before`,
  };
}

function asked(input: DueInput, installed: CertificateFacts): Due | null {
  if (!input.asked) return null;
  return {
    due: true,
    reason: 'asked',
    message: `An operator asked for it, ${daysLeft(input, installed)} days before expiry`,
  };
}

function daysLeft(input: DueInput, installed: CertificateFacts): number {
  return Math.floor((new Date(installed.notAfter).getTime() - input.now.getTime()) / DAY_MS);
}
