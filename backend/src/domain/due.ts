import type { CertificateSummary } from './certificate.ts';
import { sameNames } from './certificate.ts';
import { caOf, hostOfIssuer } from './issuer-key.ts';

/** Everything that decides whether a renewal is needed. Gathered by the reconciler and the inspect step; no I/O below this line. */
export interface DueInput {
  readonly now: Date;
  /** Null: the slot is empty. `'unreadable'`: it answered with something we cannot parse. Unreachable is an error, not a verdict. */
  readonly installed: CertificateSummary | null | 'unreadable';
  readonly wantedNames: readonly string[];
  /** Who should have issued it. */
  readonly issuer: WantedIssuer;
  /** Who may have issued it as well: the other CA of the connection; null where there is none. */
  readonly other: WantedIssuer | null;
  /** Who did, by our own ledger; null when it was not issued through certferry. */
  readonly origin: Origin | null;
  /** Distinguished name of the CA in the last certificate that this connection was issued by `issuer`; null before. */
  readonly usualIssuer: string | null;
  /** Days before the end of validity; null: by the part of the lifetime that is left. */
  readonly daysBefore: number | null;
  /** From 0 up to 1: how much earlier than others, so that a fleet is not renewed on one day. */
  readonly spread: number;
  /** The instant within the CA's window (RFC 9773); null when it names none. */
  readonly caInstant: CaInstant | null;
  readonly asked: boolean;
  /** There is no slot: it is kept here, to be downloaded. */
  readonly keeps?: boolean;
}

export interface WantedIssuer {
  /** `Issuer.key` */
  readonly key: string;
  readonly profile: string | null;
}

/** Who issued a certificate, and what became of it. */
export interface Origin extends WantedIssuer {
  readonly revoked?: true;
}

/** As a line of the ledger says. */
export function originIn(line: {
  readonly issuerKey: string;
  readonly profile: string | null;
  readonly revoked?: true;
}): Origin {
  return { key: line.issuerKey, profile: line.profile, ...(line.revoked && { revoked: true }) };
}

export interface CaInstant {
  /** SHA-256 of the certificate that the window is for. For any other it says nothing. */
  readonly certificate: string;
  /** ISO 8601 */
  readonly selectedAt: string;
}

/** In the order of the checks: what stands further up weighs more. */
export const DUE_REASONS = [
  'missing',
  'unreadable',
  'expired',
  'revoked',
  'self-signed',
  'names-differ',
  'wrong-issuer',
  'wrong-profile',
  'weak-key',
  'ca-window',
  'expires-soon',
  'asked',
  'fresh',
] as const;
export type DueReason = (typeof DUE_REASONS)[number];

/** Why a renewal is, or is not, needed now. Shown to people. */
export interface Due {
  readonly due: boolean;
  readonly reason: DueReason;
  readonly message: string;
}

/** Returns a verdict, or null to let the next check speak. */
type DueCheck = (input: DueInput, installed: CertificateSummary) => Due | null;

const DAY_MS = 86_400_000;

/** https://letsencrypt.org/docs/integration-guide/ : a third of the lifetime, half of it up to ten days. */
const PART_LEFT = 1 / 3;
const SHORT_PART_LEFT = 1 / 2;
const SHORT_LIFE_MS = 10 * DAY_MS;

/** A fleet set up on one day is spread over a tenth of the time that is left when the first is due. */
const SPREAD = 0.1;

/**
 * Whatever the CA's window says, below this part of its life a certificate is renewed; and below two days, as a twentieth of a short
 * life is over in the hours of one outage, or a third of it where that is less.
 */
const LAST_PART = 1 / 20;
const LAST_MS = 2 * DAY_MS;
const LAST_PART_OF_SHORT = 1 / 3;

/** More days than this part of a lifetime would renew a certificate that has just been issued. */
const LONGEST_PART = 2 / 3;

/** CA/Browser Forum Baseline Requirements, section 6.1.5. */
const SHORTEST_RSA = 2048;
const SHORTEST_EC = 256;

/**
 * Read in order; the first verdict wins. Doubt means due: an expired or unreadable
 * certificate is a reason to renew, never a reason to look away.
 */
const DUE_CHECKS: readonly DueCheck[] = [
  expired,
  revoked,
  selfSigned,
  namesDiffer,
  wrongIssuer,
  wrongProfile,
  weakKey,
  caWindowOpen,
  expiresSoon,
  asked,
];

export function judgeDue(input: DueInput): Due {
  const { installed, keeps = false } = input;
  if (installed === null) {
    return { due: true, reason: 'missing', message: keeps ? 'There is no certificate yet' : 'The slot is empty' };
  }
  if (installed === 'unreadable') {
    return { due: true, reason: 'unreadable', message: 'The installed certificate cannot be read' };
  }
  for (const check of DUE_CHECKS) {
    const verdict = check(input, installed);
    if (verdict) return verdict;
  }
  return { due: false, reason: 'fresh', message: `Valid for ${daysLeft(input, installed)} more days` };
}

/** What time alone decides by. */
export type Lifetime = Pick<CertificateSummary, 'sha256' | 'notBefore' | 'notAfter'>;

/** The instant from which time alone makes a renewal of `installed` due. */
export function dueFrom(
  { daysBefore, spread, caInstant }: Pick<DueInput, 'daysBefore' | 'spread' | 'caInstant'>,
  installed: Lifetime,
): Date {
  const selected = selectedInstant(caInstant, installed);
  const latest = Date.parse(installed.notAfter) - leftWhenDue({ daysBefore, spread }, installed, selected !== null);
  return new Date(selected === null ? latest : Math.min(selected, latest));
}

/** The more urgent of two verdicts. */
export function worseOf(a: Due, b: Due): Due {
  return DUE_REASONS.indexOf(b.reason) < DUE_REASONS.indexOf(a.reason) ? b : a;
}

function expired({ now }: DueInput, { notAfter }: CertificateSummary): Due | null {
  if (now < new Date(notAfter)) return null;
  return { due: true, reason: 'expired', message: `Expired on ${notAfter.slice(0, 10)}` };
}

function revoked({ origin }: DueInput): Due | null {
  return origin?.revoked ? { due: true, reason: 'revoked', message: 'It was revoked at its CA' } : null;
}

function selfSigned(_input: DueInput, installed: CertificateSummary): Due | null {
  return installed.selfSigned
    ? { due: true, reason: 'self-signed', message: 'The installed certificate is self-signed' }
    : null;
}

function namesDiffer({ wantedNames }: DueInput, { dnsNames, commonName }: CertificateSummary): Due | null {
  const held = dnsNames.length > 0 ? dnsNames : [(commonName ?? '').toLowerCase()];
  // A node may add names of its own (its parent domain): more than wanted is no reason to renew.
  const lacking = wantedNames.filter((name) => !held.includes(name.toLowerCase()));
  if (lacking.length === 0 || sameNames(held, wantedNames)) return null;
  return { due: true, reason: 'names-differ', message: `The installed certificate lacks ${lacking.join(', ')}` };
}

/**
 * Of a certificate in the ledger the CA is known. Another one is compared with what this connection was issued before; a
 * connection that never was takes over what it finds, as long as that is good.
 */
function wrongIssuer(
  { issuer, other, origin, usualIssuer }: DueInput,
  { issuer: signer }: CertificateSummary,
): Due | null {
  if (origin) {
    if ([issuer, other].some((one) => one && caOf(origin.key) === caOf(one.key))) return null;
    const message = `It was issued by ${hostOfIssuer(origin.key)}, wanted is ${hostOfIssuer(issuer.key)}`;
    return { due: true, reason: 'wrong-issuer', message };
  }
  if (usualIssuer === null || organisationOf(signer) === organisationOf(usualIssuer)) return null;
  const message = `It was issued by ${organisationOf(signer)}, the last one by ${organisationOf(usualIssuer)}`;
  return { due: true, reason: 'wrong-issuer', message };
}

function wrongProfile({ issuer, other, origin }: DueInput): Due | null {
  if (!origin) return null;
  const asked = [issuer, other].filter((one) => one !== null && caOf(one.key) === caOf(origin.key));
  if (asked.length === 0 ? origin.profile === issuer.profile : asked.some((one) => one?.profile === origin.profile))
    return null;
  const [had, wanted] = [origin.profile, (asked[0] ?? issuer).profile].map((profile) => profile ?? "the CA's default");
  return { due: true, reason: 'wrong-profile', message: `It was issued with the profile ${had}, wanted is ${wanted}` };
}

function weakKey(_input: DueInput, { key: { kind } }: CertificateSummary): Due | null {
  const [, algorithm, bits = ''] = /^(RSA|EC) \D*(\d+)$/.exec(kind) ?? [];
  const shortest = algorithm === 'RSA' ? SHORTEST_RSA : SHORTEST_EC;
  if (algorithm === undefined || Number(bits) >= shortest) return null;
  return { due: true, reason: 'weak-key', message: `Its key is too weak (${kind})` };
}

function caWindowOpen({ now, caInstant }: DueInput, installed: CertificateSummary): Due | null {
  const selected = selectedInstant(caInstant, installed);
  if (selected === null || now.getTime() < selected) return null;
  return { due: true, reason: 'ca-window', message: 'The CA asks for renewal in this window' };
}

function expiresSoon(input: DueInput, installed: CertificateSummary): Due | null {
  const { now, daysBefore, caInstant } = input;
  const byCa = selectedInstant(caInstant, installed) !== null;
  const left = Date.parse(installed.notAfter) - now.getTime();
  if (left > leftWhenDue(input, installed, byCa)) return null;
  const rule =
    daysBefore !== null
      ? `${daysBefore} days before`
      : `when ${byCa ? lastWords(installed) : partWords(installed)} is left`;
  const message = `Expires in ${days(left)}, of a lifetime of ${days(lifetimeOf(installed))}; renewal is due ${rule}`;
  return { due: true, reason: 'expires-soon', message };
}

function asked(input: DueInput, installed: CertificateSummary): Due | null {
  if (!input.asked) return null;
  return {
    due: true,
    reason: 'asked',
    message: `An operator asked for it, ${daysLeft(input, installed)} days before expiry`,
  };
}

/**
 * Milliseconds before its end at which a certificate that lives `life` milliseconds is due, by the policy alone.
 */
export function reserveOf({ daysBefore, spread }: Pick<DueInput, 'daysBefore' | 'spread'>, life: number): number {
  if (daysBefore !== null) return Math.max(Math.min(daysBefore * DAY_MS, life * LONGEST_PART), life * LAST_PART);
  return life * (isShort(life) ? SHORT_PART_LEFT : PART_LEFT) * (1 + SPREAD * spread);
}

/** Milliseconds. What a person set counts beside the CA's window; the part of the lifetime only where there is none. */
function leftWhenDue(policy: Pick<DueInput, 'daysBefore' | 'spread'>, installed: Lifetime, byCa: boolean): number {
  const life = lifetimeOf(installed);
  return byCa && policy.daysBefore === null ? lastOf(life) : reserveOf(policy, life);
}

/** Milliseconds that are left when the CA's window no longer counts. */
function lastOf(life: number): number {
  return Math.max(life * LAST_PART, Math.min(LAST_MS, life * LAST_PART_OF_SHORT));
}

/** Milliseconds since 1970; null when the CA named no instant for this very certificate. */
function selectedInstant(caInstant: CaInstant | null, { sha256 }: Lifetime): number | null {
  return caInstant?.certificate === sha256 ? Date.parse(caInstant.selectedAt) : null;
}

function lifetimeOf({ notBefore, notAfter }: Lifetime): number {
  return Math.max(Date.parse(notAfter) - Date.parse(notBefore), 0);
}

function isShort(lifeMs: number): boolean {
  return lifeMs <= SHORT_LIFE_MS;
}

function lastWords(installed: Lifetime): string {
  const life = lifetimeOf(installed);
  if (lastOf(life) === life * LAST_PART) return 'a twentieth';
  return lastOf(life) === LAST_MS ? 'a rest of two days' : 'a third';
}

function partWords(installed: Lifetime): string {
  return isShort(lifetimeOf(installed)) ? 'half of it' : 'a third';
}

/** The O of a distinguished name, or all of it: a CA signs with changing intermediates of one organisation. */
function organisationOf(distinguishedName: string): string {
  const [, quoted, plain] = /(?:^|[,+]\s*)O=(?:"([^"]*)"|((?:\\.|[^,+\\])*))/.exec(distinguishedName) ?? [];
  return (quoted ?? plain ?? distinguishedName).trim();
}

function days(ms: number): string {
  const whole = Math.floor(ms / DAY_MS);
  return whole === 1 ? '1 day' : `${whole} days`;
}

function daysLeft(input: DueInput, { notAfter }: Lifetime): number {
  return Math.floor((Date.parse(notAfter) - input.now.getTime()) / DAY_MS);
}
