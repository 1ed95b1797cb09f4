import { caOf } from '../domain/issuer-key.ts';
import { nameSetOf } from '../domain/name-set.ts';
import type { Issuance } from '../store/issuances.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Below the five of Let's Encrypt, so that people have some left. https://letsencrypt.org/docs/rate-limits/ */
const CERTIFICATES_A_WEEK = 3;
const FAILED_VALIDATIONS_AN_HOUR = 3;

/** The ledger must reach back as far. */
export const BREAKER_REACH_MS = WEEK_MS;

export interface Quarantine {
  readonly until: Date;
  readonly why: string;
}

export interface Suspect {
  readonly connectionId: number;
  readonly issuerKey: string;
  readonly wantedNames: readonly string[];
  /** That the order would have. */
  readonly names: readonly string[];
  /** Milliseconds of the certificates that the CA issues for it; null when none was seen. */
  readonly lifetimeMs: number | null;
}

/**
 * Whether certificates are being used up, whatever the reason: then no more are asked for until the oldest of the last few
 * is a week old. A pure function of the ledger, so nothing resets it but time; a person may renew nevertheless.
 */
export function quarantineOf(suspect: Suspect, ledger: readonly Issuance[], now: Date): Quarantine | null {
  return tooManyCertificates(suspect, ledger, now) ?? tooManyRefusals(suspect, ledger, now);
}

function tooManyCertificates(suspect: Suspect, ledger: readonly Issuance[], now: Date): Quarantine | null {
  const most = mostAWeek(suspect.lifetimeMs);
  const recent = ledger.filter((line) => line.kind === 'certificate' && isRecent(line, WEEK_MS, now));
  const counted = recent.filter((line) => isAbout(line, suspect)).slice(-most);
  const [oldest] = counted;
  if (!oldest || counted.length < most) return null;
  const until = new Date(Date.parse(oldest.at) + WEEK_MS);
  return { until, why: `${most} certificates for these names were issued within seven days` };
}

/** Lives so short that three a week are too few take as many as a renewal at half of each life takes, and one. */
function mostAWeek(lifetimeMs: number | null): number {
  if (lifetimeMs === null || lifetimeMs <= 0) return CERTIFICATES_A_WEEK;
  return Math.max(CERTIFICATES_A_WEEK, 1 + Math.ceil(WEEK_MS / (lifetimeMs / 2)));
}

function tooManyRefusals(suspect: Suspect, ledger: readonly Issuance[], now: Date): Quarantine | null {
  const failed = ledger.filter(
    ({ kind, issuerKey, names, at }) =>
      kind === 'failed-validation' &&
      issuerKey === suspect.issuerKey &&
      isRecent({ at }, HOUR_MS, now) &&
      names.some((name) => suspect.names.includes(name)),
  );
  const counted = failed.slice(-FAILED_VALIDATIONS_AN_HOUR);
  const [oldest] = counted;
  if (!oldest || counted.length < FAILED_VALIDATIONS_AN_HOUR) return null;
  const until = new Date(Date.parse(oldest.at) + HOUR_MS);
  return { until, why: `the CA failed to validate these names ${counted.length} times within an hour` };
}

/** The appliance may add names to what is wanted, and a connection may be added again under another number. */
function isAbout(line: Issuance, { connectionId, issuerKey, wantedNames, names }: Suspect): boolean {
  if (caOf(line.issuerKey) !== caOf(issuerKey)) return false;
  if (nameSetOf(line.names) === nameSetOf(names)) return true;
  return line.connectionId === connectionId && nameSetOf(line.wantedNames) === nameSetOf(wantedNames);
}

function isRecent({ at }: Pick<Issuance, 'at'>, windowMs: number, now: Date): boolean {
  return Date.parse(at) > now.getTime() - windowMs;
}
