/**
 * Every failure the product can name. One row per code: this table is the source of the
 * HTTP status, the retry behaviour, the text people read, and docs/errors.md.
 */
export const ERRORS = {
  APPLIANCE_UNREACHABLE: {
    retry: 'later',
    status: 502,
    title: 'The appliance does not answer',
    action: 'Check the address, the port and the path between certferry and the appliance.',
  },
  APPLIANCE_NOT_TRUSTED: {
    retry: 'never',
    status: 502,
    title: 'The appliance shows a certificate or host key that is not trusted',
    action: 'Compare the fingerprint with the appliance, then pin it or add its CA to the connection.',
  },
  APPLIANCE_DENIED: {
    retry: 'never',
    status: 422,
    title: 'The appliance refused the credentials',
    action:
      'Correct the user name or password of the connection. certferry does not try again by itself, so that no account is locked.',
  },
  APPLIANCE_FORBIDDEN: {
    retry: 'never',
    status: 422,
    title: 'The account may not do this on the appliance',
    action: 'Give the account the privilege to change certificates (on VOS: privilege 1).',
  },
  APPLIANCE_BUSY: {
    retry: 'later',
    status: 503,
    title: 'The appliance answers, but cannot do this now',
    action: 'Usually a service is restarting. certferry tries again by itself.',
  },
  APPLIANCE_REFUSED: {
    retry: 'never',
    status: 422,
    title: 'The appliance refused the request',
    action: 'Read what the appliance said. It usually names the cause.',
  },
  APPLIANCE_REJECTED_CERTIFICATE: {
    retry: 'never',
    status: 422,
    title: 'The appliance refused the certificate',
    action: 'Read what the appliance said. The certificate stays in accounts/ and can be installed later.',
  },
  APPLIANCE_CSR_REPLACED: {
    retry: 'never',
    status: 409,
    title: 'Somebody made a new CSR on the appliance meanwhile',
    action: 'Find out who else manages this certificate, then start a new renewal.',
  },
  APPLIANCE_PROTOCOL: {
    retry: 'later',
    status: 502,
    title: 'The appliance answered in a way certferry does not understand',
    action: 'Look at the evidence. If it repeats, report it with the redacted exchange.',
  },
  ACTIVATION_FAILED: {
    retry: 'never',
    status: 502,
    title: 'The restart did not succeed',
    action: 'Look at the service on the appliance. certferry does not restart twice for one certificate.',
  },
  NAMES_NOT_PROVABLE: {
    retry: 'never',
    status: 422,
    title: 'A name of the request cannot be certified',
    action: 'Remove the name from the connection or from the appliance, or use a private CA.',
  },
  CSR_INCOMPATIBLE: {
    retry: 'never',
    status: 422,
    title: 'The certificate would not fit',
    action: 'Nothing was ordered. Change what is named: the names, the CA or its profile, or the key.',
  },
  CERTIFICATE_MISMATCH: {
    retry: 'never',
    status: 502,
    title: 'The CA returned a certificate that does not belong to the request',
    action: 'Nothing was installed. Report it to the CA with the order URL.',
  },
  KEY_MISSING: {
    retry: 'never',
    status: 409,
    title: 'The private key of the certificate is not there',
    action: 'Start a new renewal: it makes a new key. Nothing on the host was changed.',
  },
  DNS_UNREACHABLE: {
    retry: 'later',
    status: 502,
    title: 'The DNS service does not answer',
    action: 'Check the address, the port and the path between certferry and the DNS service.',
  },
  DNS_DENIED: {
    retry: 'never',
    status: 422,
    title: 'The DNS service refused the credentials or the change',
    action: 'Check the key or token and what it may write.',
  },
  DNS_ZONE_NOT_FOUND: {
    retry: 'never',
    status: 422,
    title: 'No zone covers the name',
    action: 'Check the spelling of the name, the delegation of its zone, and that this DNS account holds that zone.',
  },
  DNS_REFUSED: {
    retry: 'never',
    status: 422,
    title: 'The DNS service refused the request',
    action: 'Read what the service said.',
  },
  DNS_RATE_LIMITED: {
    retry: 'later',
    status: 503,
    title: 'The DNS service asks us to slow down',
    action: 'certferry waits and tries again by itself.',
  },
  DNS_NOT_PROPAGATED: {
    retry: 'never',
    status: 504,
    title: 'The challenge record did not become visible everywhere',
    action: 'Look at the table of servers: it names the one that lags and what it said.',
  },
  HTTP_NOT_REACHABLE: {
    retry: 'never',
    status: 504,
    title: 'The file that proves a name cannot be fetched the way the CA does',
    action:
      'Look at the table of addresses: it says what each of them answered. The CA was not asked, and has counted no failure.',
  },
  HTTP_SOLVER_FAILED: {
    retry: 'later',
    status: 502,
    title: 'The file that proves a name cannot be placed or removed',
    action: 'Check the folder, who may write to it, and the path to the web server.',
  },
  ISSUER_UNREACHABLE: {
    retry: 'later',
    status: 502,
    title: 'The CA does not answer',
    action: 'Check the directory URL, a proxy in between, and the trust setting of the issuer.',
  },
  ISSUER_NOT_TRUSTED: {
    retry: 'never',
    status: 502,
    title: 'The CA directory shows a certificate that is not trusted',
    action: 'Give the CA bundle of a private CA to the issuer.',
  },
  ISSUER_RATE_LIMITED: {
    retry: 'later',
    status: 503,
    title: 'The CA asks us to slow down',
    action: 'certferry waits as long as the CA says and tries again by itself.',
  },
  ISSUER_FAILED: {
    retry: 'never',
    status: 502,
    title: 'The CA failed by its own fault',
    action:
      'Nothing is wrong here: the schedule orders again, at the second CA where the connection has one. The status page of the CA may say more.',
  },
  ISSUER_REFUSED: {
    retry: 'never',
    status: 422,
    title: 'The CA refused the order',
    action: 'Read what the CA said; it names the identifier that it cannot certify.',
  },
  ISSUER_ACCOUNT: {
    retry: 'never',
    status: 422,
    title: 'The CA refused the account',
    action: 'Check terms of service, contact address and external account binding of the issuer.',
  },
  CHALLENGE_FAILED: {
    retry: 'never',
    status: 422,
    title: 'The CA could not verify control of a name',
    action: 'Read what the CA saw. The record was visible to certferry, so look for split DNS, CAA or DNSSEC trouble.',
  },
  CHALLENGE_NOT_PLACED: {
    retry: 'never',
    status: 504,
    title: 'Nobody placed what proves the names',
    action: 'Start again, place what is asked for, and say so before the time is over. Nothing was issued.',
  },
  SERVED_CERTIFICATE_DIFFERS: {
    retry: 'never',
    status: 502,
    title: 'An endpoint still serves another certificate',
    action:
      'Look at the endpoint that is named. Where the new certificate is still installed, restart the service there, then verify again.',
  },
  NOTIFIER_UNREACHABLE: {
    retry: 'later',
    status: 502,
    title: 'The notification service does not answer',
    action: 'Check the address, the port and the path between certferry and the service. certferry tries for a week.',
  },
  NOTIFIER_NOT_TRUSTED: {
    retry: 'never',
    status: 502,
    title: 'The notification service shows a certificate that is not trusted',
    action: 'Give the CA bundle of a private CA to the channel, or pin the certificate.',
  },
  NOTIFIER_DENIED: {
    retry: 'never',
    status: 422,
    title: 'The notification service refused the credentials or the recipient',
    action: 'Check the token, password or webhook address of the channel, then send a test.',
  },
  NOTIFIER_REFUSED: {
    retry: 'never',
    status: 422,
    title: 'The notification service refused the message',
    action: 'Read what the service said, and look at the settings of the channel.',
  },
  NOTIFIER_RATE_LIMITED: {
    retry: 'later',
    status: 503,
    title: 'The notification service asks us to slow down',
    action: 'certferry waits as long as the service says and tries again by itself.',
  },
  RENEWAL_RUNNING: {
    retry: 'never',
    status: 409,
    title: 'This connection has an unfinished renewal',
    action: 'Follow the running renewal, or cancel it first.',
  },
  TOO_LATE_TO_CANCEL: {
    retry: 'never',
    status: 409,
    title: 'Past the point of no return',
    action:
      'The certificate is being replaced on the appliance; stopping now could leave it half done. The renewal goes on to its end.',
  },
  CANCELLED: {
    retry: 'never',
    status: 409,
    title: 'Cancelled by an operator',
    action: 'Start a new renewal when you are ready.',
  },
  NOT_HELD: {
    retry: 'never',
    status: 409,
    title: 'The renewal does not wait for a person',
    action: 'Look at its current step.',
  },
  CONFIRMATION_NEEDED: {
    retry: 'never',
    status: 422,
    title: 'This needs a typed confirmation',
    action: 'Read what will be interrupted, then type what is asked for.',
  },
  SNAPSHOT_UNREADABLE: {
    retry: 'never',
    status: 500,
    title: 'A renewal was stored by another version of certferry',
    action: 'Look at what the appliance serves, then start a new renewal.',
  },
  VAULT_KEY_MISMATCH: {
    retry: 'never',
    status: 500,
    title: 'The master key does not fit the stored secrets',
    action: 'Put back the master key that belongs to this data directory. Nothing was changed.',
  },
  VAULT_DAMAGED: {
    retry: 'never',
    status: 500,
    title: 'A stored secret was changed outside certferry',
    action: 'Enter the secrets of the credential that is named again, or restore the database from a backup.',
  },
  SCHEMA_NEWER: {
    retry: 'never',
    status: 500,
    title: 'The database was written by a newer version of certferry',
    action: 'Start that version, or restore the backup that was made before the upgrade. Nothing was changed.',
  },
  BACKUP_FAILED: {
    retry: 'never',
    status: 502,
    title: 'No backup was made',
    action:
      'Read what stood in the way: a full disk, a folder that cannot be written to, or the storage. Older backups are untouched.',
  },
  INVALID_SETTINGS: {
    retry: 'never',
    status: 422,
    title: 'A setting is missing or not valid',
    action: 'Correct the field that is named.',
  },
  CONNECTION_INCOMPLETE: {
    retry: 'never',
    status: 409,
    title: 'The connection is not complete',
    action: 'Fill in what is named, then save the connection.',
  },
  BAD_REQUEST: {
    retry: 'never',
    status: 400,
    title: 'The request is not valid',
    action: 'Correct the field that is named.',
  },
  METHOD_NOT_ALLOWED: {
    retry: 'never',
    status: 405,
    title: 'This address does not know the method',
    action: 'Use one of the methods that the header Allow names.',
  },
  BODY_TOO_LARGE: {
    retry: 'never',
    status: 413,
    title: 'The body of the request is too large',
    action: 'Send less than 256 kB.',
  },
  BODY_TYPE: {
    retry: 'never',
    status: 415,
    title: 'The body of the request is not JSON',
    action: 'Send JSON in UTF-8, with the header `Content-Type: application/json`.',
  },
  PRECONDITION_FAILED: {
    retry: 'never',
    status: 412,
    title: 'Somebody changed it meanwhile',
    action: 'Read it again, make your change in what is stored now, and send it with the new version.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    retry: 'never',
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    action: 'Use a new key for each request, and the same one only to repeat it.',
  },
  UNAUTHENTICATED: {
    retry: 'never',
    status: 401,
    title: 'Login needed',
    action: 'Log in, or send an API token as `Authorization: Bearer …`.',
  },
  LOGIN_FAILED: {
    retry: 'never',
    status: 401,
    title: 'The login was refused',
    action: 'Check user name, password and code. An administrator can reset them.',
  },
  SECOND_FACTOR_NEEDED: {
    retry: 'never',
    status: 401,
    title: 'A code is needed too',
    action: 'Enter the code that your authenticator app shows, or one of your recovery codes.',
  },
  SINGLE_SIGN_ON_FAILED: {
    retry: 'never',
    status: 502,
    title: 'Single sign-on did not work',
    action: 'Try again. If it repeats, an administrator should test it under Settings, Users.',
  },
  TOO_MANY_ATTEMPTS: {
    retry: 'never',
    status: 429,
    title: 'Too many attempts',
    action: 'Wait as long as is said, then try again.',
  },
  FORBIDDEN: {
    retry: 'never',
    status: 403,
    title: 'This is not allowed for you',
    action: 'Ask an administrator of this installation.',
  },
  NOT_FOUND: {
    retry: 'never',
    status: 404,
    title: 'There is nothing at this address',
    action: 'Check the number or name in the address.',
  },
  CONFLICT: {
    retry: 'never',
    status: 409,
    title: 'The change conflicts with what is stored',
    action: 'Read what is in the way, then try again.',
  },
  INTERNAL: {
    retry: 'never',
    status: 500,
    title: 'A defect in certferry',
    action: 'Please report it with the log lines around it.',
  },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorSpec {
  /** `later`: the step is tried again on the retry ladder. `never`: a person or a new setting is needed. */
  readonly retry: 'later' | 'never';
  readonly status: number;
  readonly title: string;
  /** What to do about it, one or two sentences. */
  readonly action: string;
}

/** What the other side said, for the person who has to act. Redacted before it gets here. */
export interface Evidence {
  readonly request?: string;
  readonly status?: number;
  readonly body?: string;
}

export interface AppErrorOptions extends ErrorOptions {
  readonly evidence?: Evidence | undefined;
  /** Milliseconds. The other side named a time (Retry-After): it wins over the retry ladder when it is longer. */
  readonly retryAfterMs?: number | undefined;
}

/** The failure part of an event, a stored renewal or an API answer. Plain JSON. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** Milliseconds: as long as the other side asked to be left alone. */
  readonly retryAfterMs?: number;
  readonly evidence?: Evidence;
}

/** A failure with a row in `ERRORS`. `message` is for people: what happened, to what, in one sentence. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly evidence: Evidence | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.evidence = options.evidence;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Anything that is not ours is a defect, and keeps its cause. */
  static from(err: unknown): AppError {
    if (err instanceof AppError) return err;
    return new AppError('INTERNAL', err instanceof Error ? err.message : String(err), { cause: err });
  }

  toFailure(): Failure {
    const { code, message, evidence, retryAfterMs } = this;
    return {
      code,
      message,
      ...(evidence ? { evidence } : {}),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
}
