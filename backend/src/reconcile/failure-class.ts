import type { ErrorCode } from '../domain/errors.ts';
import type { StepName } from '../renewal/step-names.ts';

/** What kind of trouble ended a renewal: decides how long the schedule waits, and never the text of a message. */
export const FAILURE_CLASSES = [
  'network',
  'dns',
  'ca',
  'rate-limit',
  'login',
  'device',
  'deployment',
  'person',
  'defect',
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** How far the renewal had come. */
export const PHASES = ['look', 'prepare', 'order', 'prove', 'issue', 'deploy'] as const;
export type Phase = (typeof PHASES)[number];

const CLASS_OF = {
  APPLIANCE_UNREACHABLE: 'network',
  APPLIANCE_BUSY: 'network',
  APPLIANCE_PROTOCOL: 'network',
  APPLIANCE_DENIED: 'login',
  APPLIANCE_NOT_TRUSTED: 'device',
  APPLIANCE_FORBIDDEN: 'device',
  APPLIANCE_REFUSED: 'device',
  APPLIANCE_REJECTED_CERTIFICATE: 'device',
  APPLIANCE_CSR_REPLACED: 'device',
  CSR_INCOMPATIBLE: 'device',
  KEY_MISSING: 'device',
  NAMES_NOT_PROVABLE: 'device',
  INVALID_SETTINGS: 'device',
  VAULT_DAMAGED: 'device',
  ACTIVATION_FAILED: 'deployment',
  SERVED_CERTIFICATE_DIFFERS: 'deployment',
  DNS_UNREACHABLE: 'dns',
  DNS_DENIED: 'dns',
  DNS_ZONE_NOT_FOUND: 'dns',
  DNS_REFUSED: 'dns',
  DNS_RATE_LIMITED: 'dns',
  DNS_NOT_PROPAGATED: 'dns',
  HTTP_NOT_REACHABLE: 'dns',
  HTTP_SOLVER_FAILED: 'network',
  ISSUER_UNREACHABLE: 'network',
  ISSUER_FAILED: 'network',
  ISSUER_NOT_TRUSTED: 'ca',
  ISSUER_RATE_LIMITED: 'rate-limit',
  ISSUER_REFUSED: 'ca',
  ISSUER_ACCOUNT: 'ca',
  CHALLENGE_FAILED: 'ca',
  CERTIFICATE_MISMATCH: 'ca',
  CHALLENGE_NOT_PLACED: 'person',
} as const satisfies Partial<Record<ErrorCode, FailureClass>>;

/** A code that no renewal should end with is a defect. */
export function classOf(code: ErrorCode): FailureClass {
  return (CLASS_OF as Partial<Record<ErrorCode, FailureClass>>)[code] ?? 'defect';
}

const PHASE_OF: Readonly<Record<StepName, Phase>> = {
  inspect: 'look',
  reuse: 'deploy',
  request: 'prepare',
  order: 'order',
  publish: 'prove',
  propagate: 'prove',
  issue: 'issue',
  cleanUp: 'issue',
  install: 'deploy',
  activate: 'deploy',
  verify: 'deploy',
  rollBack: 'deploy',
  assess: 'deploy',
};

export function phaseOf(step: StepName | null): Phase {
  return step === null ? 'look' : PHASE_OF[step];
}

/** The CA was asked and said no: another try costs its patience, and goes to its test directory first. */
export function isRefusedByCa(failure: { readonly class: FailureClass; readonly phase: Phase }): boolean {
  return failure.class === 'ca' && (failure.phase === 'order' || failure.phase === 'issue');
}
