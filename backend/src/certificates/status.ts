import type { Failure } from '../domain/errors.ts';
import type { RevocationReason } from '../domain/revocation.ts';
import { urlOf } from '../http01/solver.ts';
import type { Facts } from '../renewal/facts.ts';
import { type MachineState, readState } from '../renewal/machine.ts';
import type { IssuedCertificate } from '../store/issuances.ts';
import type { RenewalRow } from '../store/store.ts';

/**
 * How a certificate that is kept for download stands. While another one is on its way, that: `certificate` says what can be
 * downloaded meanwhile. `ordering`: what has to be placed is not known yet.
 */
export const CERTIFICATE_STATES = [
  'ordering',
  'awaiting-challenge',
  'verifying',
  'issuing',
  'issued',
  'failed',
  'expired',
  'revoked',
] as const;

export type CertificateState = (typeof CERTIFICATE_STATES)[number];

/** Something that a person or a program places, so that the CA finds it. */
export type Placement =
  | {
      readonly challenge: 'dns-01';
      /** Of the certificate, without `*.`. */
      readonly dnsName: string;
      /** Where the record goes, CNAMEs followed; without a dot at the end. */
      readonly name: string;
      readonly type: 'TXT';
      readonly value: string;
      readonly ttlSeconds: number;
    }
  | {
      readonly challenge: 'http-01';
      readonly dnsName: string;
      /** Has to answer with `text`, and nothing else. */
      readonly url: string;
      readonly text: string;
    };

/** Instants are ISO 8601. */
export interface KeptCertificate extends IssuedCertificate {
  readonly revoked: { readonly at: string; readonly reason: RevocationReason; readonly actor: string } | null;
}

export interface Standing {
  readonly status: CertificateState;
  readonly toPlace: readonly Placement[];
  /** ISO 8601: until when it may be placed; null while nothing is awaited. */
  readonly placeBy: string | null;
  /** Why the last attempt came to nothing; null when it did not. */
  readonly failure: Failure | null;
}

/** `renewal` is the last one, `kept` the last certificate. */
export function standingOf(renewal: RenewalRow | undefined, kept: KeptCertificate | null, now: Date): Standing {
  const state = renewal ? stateOf(renewal) : null;
  if (renewal && state && renewal.finishedAt === null) return underWay(state, renewal.facts as Partial<Facts>);
  const failure = state?.context.failure ?? null;
  return { status: atRest(kept, renewal === undefined, now), toPlace: [], placeBy: null, failure };
}

function atRest(kept: KeptCertificate | null, isNew: boolean, now: Date): CertificateState {
  if (kept === null) return isNew ? 'ordering' : 'failed';
  if (kept.revoked) return 'revoked';
  return Date.parse(kept.notAfter) <= now.getTime() ? 'expired' : 'issued';
}

function underWay({ at, context: { resumeAt } }: MachineState, facts: Partial<Facts>): Standing {
  const common = { toPlace: [], placeBy: null, failure: null };
  if (at === 'publish.held') {
    return { ...common, status: 'awaiting-challenge', toPlace: placementsOf(facts), placeBy: resumeAt };
  }
  const [step = ''] = at.split('.');
  if (step === 'publish' || step === 'propagate') return { ...common, status: 'verifying' };
  const isBefore = step === 'inspect' || step === 'request' || step === 'order';
  return { ...common, status: isBefore ? 'ordering' : 'issuing' };
}

function placementsOf({ records = [], tokens = [], challenges = [] }: Partial<Facts>): readonly Placement[] {
  const provedBy = new Map(
    challenges.flatMap((one) => (one.type === 'dns-01' ? [[one.recordValue, one.dnsName] as const] : [])),
  );
  const byHand = records.filter((one) => one.byHand);
  return [
    ...byHand.map(
      ({ record: { fqdn, value, ttlSeconds } }) =>
        ({
          challenge: 'dns-01',
          dnsName: provedBy.get(value) ?? '',
          name: fqdn,
          type: 'TXT',
          value,
          ttlSeconds,
        }) as const,
    ),
    ...tokens.map(
      ({ token }) => ({ challenge: 'http-01', dnsName: token.dnsName, url: urlOf(token), text: token.text }) as const,
    ),
  ];
}

/** Null for a state of another version. */
function stateOf({ state, machineVersion }: RenewalRow): MachineState | null {
  try {
    return readState(state, machineVersion);
  } catch {
    return null;
  }
}
