import { type CertificateChain, readCertificate } from '../domain/certificate.ts';
import type { WantedIssuer } from '../domain/due.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { registeredDomainsOf } from '../domain/name-set.ts';
import type { NewIssuance } from '../store/issuances.ts';
import type { Facts } from './facts.ts';

/** What the lines of one renewal have in common. */
export interface LedgerContext {
  readonly renewalId: string;
  readonly connectionId: number;
  readonly issuer: WantedIssuer;
  readonly facts: Partial<Facts>;
  readonly now: Date;
}

/** The line for a certificate that the CA has just issued; null when it is of a test directory, which nobody installs. */
export function issuedLine(chain: CertificateChain, context: LedgerContext): NewIssuance | null {
  if (context.facts.target?.goal === 'validate') return null;
  const { sha256, serial, issuer, notBefore, notAfter, dnsNames } = readCertificate(chain.leafPem);
  return {
    ...common(context, dnsNames),
    kind: 'certificate',
    replaces: isExempt(context),
    certificate: { sha256, serial, issuer, notBefore, notAfter },
    chain,
  };
}

const REFUSALS: Readonly<Partial<Record<ErrorCode, NewIssuance['kind']>>> = {
  CHALLENGE_FAILED: 'failed-validation',
  ISSUER_RATE_LIMITED: 'rate-limited',
};

/** The line for a failure that CAs count; null for any other. */
export function refusedLine(code: ErrorCode, context: LedgerContext): NewIssuance | null {
  const kind = REFUSALS[code];
  if (!kind) return null;
  const { csr, target } = context.facts;
  const names = csr?.dnsNames ?? target?.dnsNames ?? [];
  return { ...common(context, names), kind, replaces: false, certificate: null, chain: null };
}

function common({ renewalId, connectionId, issuer, facts, now }: LedgerContext, names: readonly string[]) {
  return {
    at: now.toISOString(),
    connectionId,
    renewalId,
    issuerKey: issuer.key,
    profile: issuer.profile,
    names,
    wantedNames: facts.target?.dnsNames ?? names,
    domains: registeredDomainsOf(names),
  };
}

/** The CA exempts what it asked for, while its window lasts (RFC 9773, section 5, and Boulder's `IsWithin`). */
function isExempt({ facts: { order, caWindow }, now }: LedgerContext): boolean {
  if (!order?.replaces || !caWindow) return false;
  return Date.parse(caWindow.start) <= now.getTime() && now.getTime() <= Date.parse(caWindow.end);
}
