import type { BulkState, ErrorCode, RenewalOutcome, StateFilter, StepName } from '../api/types.ts';

/**
 * How every state looks, once for the whole interface. Green only for *seen served*, amber for *something is pending*, red for
 * *needs a person*, blue for *running*, grey for *off* or *not known*. What merely went well is plain.
 */
export type Tone = 'served' | 'plain' | 'pending' | 'person' | 'running' | 'off';

export interface Look {
  readonly word: string;
  readonly tone: Tone;
}

/** How a step rests or runs. `running` is told with the title of the step. */
export const MODES = {
  running: { word: 'Running', tone: 'running' },
  waiting: { word: 'Tries again', tone: 'pending' },
  held: { word: 'Waits for you', tone: 'person' },
} as const satisfies Record<string, Look>;

/** The steps that end in a restart: some appliances restart by themselves once they are handed a certificate. */
export const RESTARTS: readonly StepName[] = ['install', 'activate'];

/** A restart that is outstanding, whether it waits for its window or for somebody. */
export const RESTART_PENDING = {
  waiting: { word: 'Restart pending', tone: 'pending' },
  held: { word: 'Restart pending', tone: 'person' },
} as const satisfies Partial<Record<keyof typeof MODES, Look>>;

export const OUTCOMES = {
  verified: { word: 'Served', tone: 'served' },
  'installed-not-served': { word: 'Not served', tone: 'person' },
  'rolled-back': { word: 'Failed, old one put back', tone: 'person' },
  failed: { word: 'Failed', tone: 'person' },
  cancelled: { word: 'Cancelled', tone: 'off' },
  'not-due': { word: 'Not due', tone: 'off' },
  issued: { word: 'Issued, not installed', tone: 'pending' },
  kept: { word: 'Kept', tone: 'plain' },
  validated: { word: 'Proved at the test CA', tone: 'plain' },
} as const satisfies Record<RenewalOutcome, Look>;

/** What a failure means for those who use the appliance; the key is whether the old certificate is still served. */
export const FAILED = {
  true: { word: 'Failed, service intact', tone: 'person' },
  false: { word: 'Failed, service affected', tone: 'person' },
  null: { word: 'Failed, service not seen', tone: 'person' },
} as const satisfies Record<string, Look>;

export const CONNECTION = {
  incomplete: { word: 'Not complete', tone: 'pending' },
  never: { word: 'Never renewed', tone: 'off' },
  expired: { word: 'Expired', tone: 'person' },
  expiring: { word: 'Expiring', tone: 'pending' },
  stuck: { word: 'Due, waits for you', tone: 'person' },
  unseen: { word: 'Not seen served', tone: 'off' },
  off: { word: 'Off', tone: 'off' },
} as const satisfies Record<string, Look>;

/** That not every endpoint answers; the key is whether that has lasted long enough to be an alarm. */
export const UNREACHABLE = {
  true: { word: 'Unreachable', tone: 'person' },
  false: { word: 'Unreachable', tone: 'pending' },
} as const satisfies Record<string, Look>;

/** What a plan says of a connection. */
export const PLANNED = {
  fine: { word: 'Works', tone: 'plain' },
  mind: { word: 'Mind', tone: 'pending' },
  breaks: { word: 'Would break', tone: 'person' },
} as const satisfies Record<string, Look>;

/** What the list of connections can be filtered by, and the dashboard counts. */
export const STATE_FILTERS = {
  'needs-person': { word: 'Needs you', tone: 'person' },
  affected: { word: 'Failed, service affected', tone: 'person' },
  expired: CONNECTION.expired,
  held: { word: 'Waits for you', tone: 'person' },
  failed: { word: 'Failed', tone: 'person' },
  'not-served': { word: 'Not served', tone: 'person' },
  stuck: CONNECTION.stuck,
  unreachable: UNREACHABLE.true,
  'restart-pending': { word: 'Restart pending', tone: 'pending' },
  retrying: { word: 'Trying again', tone: 'pending' },
  running: { word: 'Running', tone: 'running' },
  incomplete: CONNECTION.incomplete,
  expiring: CONNECTION.expiring,
  served: { word: 'Served', tone: 'served' },
  kept: { word: 'Kept for download', tone: 'plain' },
  never: CONNECTION.never,
  ended: { word: 'Cancelled, not due or not installed', tone: 'off' },
} as const satisfies Record<StateFilter, Look>;

/** How one item of a bulk stands. */
export const BULK_LOOKS = {
  waiting: { word: 'Waiting', tone: 'off' },
  running: { word: 'Running', tone: 'running' },
  done: { word: 'Done', tone: 'plain' },
  refused: { word: 'Refused', tone: 'person' },
  stopped: { word: 'Not begun', tone: 'off' },
} as const satisfies Record<BulkState, Look>;

/** The state of one step within a renewal. */
export const STEP_LOOKS = {
  todo: { word: 'Not begun', tone: 'off' },
  running: { word: 'Running', tone: 'running' },
  waiting: { word: 'Tries again', tone: 'pending' },
  held: { word: 'Waits for you', tone: 'person' },
  done: { word: 'Done', tone: 'plain' },
  failed: { word: 'Failed', tone: 'person' },
  skipped: { word: 'Not run', tone: 'off' },
} as const satisfies Record<string, Look>;

export type StepState = keyof typeof STEP_LOOKS;

export const FINDINGS = {
  ok: { word: 'Good', tone: 'plain' },
  warn: { word: 'Mind', tone: 'pending' },
  block: { word: 'In the way', tone: 'person' },
  skipped: { word: 'Not looked at', tone: 'off' },
} as const satisfies Record<string, Look>;

export const SERVER_ANSWERS = {
  seen: { word: 'seen', tone: 'plain' },
  missing: { word: 'not there', tone: 'pending' },
  failed: { word: 'failed', tone: 'person' },
} as const satisfies Record<string, Look>;

/** What an address of a name gave, where names are proved over HTTP. */
export const ADDRESS_ANSWERS = {
  seen: { word: 'seen', tone: 'plain' },
  failed: { word: 'failed', tone: 'person' },
  unknown: { word: 'no way there', tone: 'pending' },
} as const satisfies Record<string, Look>;

/** What a step shows of its own: the file in renewal/details/ that does it. */
export const STEP_SUBJECTS = {
  inspect: 'What is installed and served',
  reuse: 'The certificate issued earlier',
  request: 'The request of the appliance',
  order: 'The order at the CA',
  publish: 'The records or files that prove the names',
  propagate: 'What each server answers',
  issue: 'The new certificate and its chain',
  cleanUp: 'The records or files, removed again',
  install: 'What the appliance took',
  activate: 'What was restarted',
  verify: 'What each endpoint serves',
  rollBack: 'The certificate that was put back',
  assess: 'What is served after the failure',
} as const satisfies Record<StepName, string>;

/** What a person can do about a failure, besides reading it. */
export type Remedy = 'renew-again' | 'edit-connection' | 'dry-run' | 'check-dns' | 'log-in' | 'none';

/** For every error code, the buttons that make sense. Titles and advice come from the daemon (api/words). */
export const REMEDIES = {
  APPLIANCE_UNREACHABLE: ['renew-again', 'dry-run'],
  APPLIANCE_NOT_TRUSTED: ['edit-connection', 'renew-again'],
  APPLIANCE_DENIED: ['edit-connection', 'renew-again'],
  APPLIANCE_FORBIDDEN: ['edit-connection', 'renew-again'],
  APPLIANCE_BUSY: ['renew-again'],
  APPLIANCE_REFUSED: ['renew-again', 'dry-run'],
  APPLIANCE_REJECTED_CERTIFICATE: ['renew-again', 'dry-run'],
  APPLIANCE_CSR_REPLACED: ['renew-again'],
  APPLIANCE_PROTOCOL: ['renew-again', 'dry-run'],
  ACTIVATION_FAILED: ['dry-run'],
  NAMES_NOT_PROVABLE: ['edit-connection', 'dry-run'],
  CERTIFICATE_MISMATCH: ['renew-again'],
  KEY_MISSING: ['renew-again'],
  DNS_UNREACHABLE: ['renew-again', 'edit-connection'],
  DNS_DENIED: ['edit-connection', 'renew-again'],
  DNS_ZONE_NOT_FOUND: ['check-dns', 'edit-connection'],
  DNS_REFUSED: ['edit-connection', 'renew-again'],
  DNS_RATE_LIMITED: ['renew-again'],
  DNS_NOT_PROPAGATED: ['check-dns', 'renew-again'],
  HTTP_NOT_REACHABLE: ['dry-run', 'renew-again'],
  HTTP_SOLVER_FAILED: ['edit-connection', 'renew-again'],
  ISSUER_UNREACHABLE: ['renew-again', 'edit-connection'],
  ISSUER_FAILED: ['renew-again'],
  ISSUER_NOT_TRUSTED: ['edit-connection', 'renew-again'],
  ISSUER_RATE_LIMITED: ['renew-again'],
  ISSUER_REFUSED: ['edit-connection', 'renew-again'],
  ISSUER_ACCOUNT: ['edit-connection', 'renew-again'],
  CHALLENGE_FAILED: ['check-dns', 'renew-again'],
  CHALLENGE_NOT_PLACED: ['renew-again'],
  SERVED_CERTIFICATE_DIFFERS: ['dry-run'],
  CSR_INCOMPATIBLE: ['edit-connection', 'dry-run'],
  CONFIRMATION_NEEDED: ['none'],
  NOTIFIER_UNREACHABLE: ['none'],
  NOTIFIER_NOT_TRUSTED: ['none'],
  NOTIFIER_DENIED: ['none'],
  NOTIFIER_REFUSED: ['none'],
  NOTIFIER_RATE_LIMITED: ['none'],
  RENEWAL_RUNNING: ['none'],
  TOO_LATE_TO_CANCEL: ['none'],
  CANCELLED: ['renew-again'],
  NOT_HELD: ['none'],
  SNAPSHOT_UNREADABLE: ['renew-again', 'dry-run'],
  VAULT_KEY_MISMATCH: ['none'],
  VAULT_DAMAGED: ['edit-connection'],
  SCHEMA_NEWER: ['none'],
  BACKUP_FAILED: ['none'],
  INVALID_SETTINGS: ['edit-connection'],
  CONNECTION_INCOMPLETE: ['edit-connection'],
  BAD_REQUEST: ['none'],
  METHOD_NOT_ALLOWED: ['none'],
  BODY_TOO_LARGE: ['none'],
  BODY_TYPE: ['none'],
  PRECONDITION_FAILED: ['none'],
  IDEMPOTENCY_KEY_REUSED: ['none'],
  UNAUTHENTICATED: ['log-in'],
  LOGIN_FAILED: ['none'],
  SECOND_FACTOR_NEEDED: ['none'],
  SINGLE_SIGN_ON_FAILED: ['none'],
  TOO_MANY_ATTEMPTS: ['none'],
  FORBIDDEN: ['none'],
  NOT_FOUND: ['none'],
  CONFLICT: ['none'],
  INTERNAL: ['renew-again'],
} as const satisfies Record<ErrorCode, readonly Remedy[]>;
