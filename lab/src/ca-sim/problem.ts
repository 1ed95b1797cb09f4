/** HTTP status of each error type that this CA uses (RFC 8555 section 6.7, RFC 9773, draft-ietf-acme-profiles). */
const STATUS = {
  accountDoesNotExist: 400,
  alreadyReplaced: 409,
  alreadyRevoked: 400,
  badCSR: 400,
  badNonce: 400,
  badPublicKey: 400,
  badRevocationReason: 400,
  badSignatureAlgorithm: 400,
  caa: 403,
  connection: 400,
  dns: 400,
  externalAccountRequired: 403,
  invalidContact: 400,
  invalidProfile: 400,
  malformed: 400,
  orderNotReady: 403,
  rateLimited: 429,
  rejectedIdentifier: 400,
  serverInternal: 500,
  unauthorized: 403,
  unsupportedContact: 400,
  unsupportedIdentifier: 400,
} as const;

export type ProblemType = keyof typeof STATUS;

const NAMESPACE = 'urn:ietf:params:acme:error:';

export interface Identifier {
  readonly type: string;
  readonly value: string;
}

interface ProblemExtras {
  /** When the usual status of the type does not fit. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly subproblems?: readonly Subproblem[];
  /** Further members of the problem document. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export interface Subproblem {
  readonly type: ProblemType;
  readonly detail: string;
  readonly identifier: Identifier;
}

/** A refusal. It reaches the client as a problem document (RFC 7807). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly type: ProblemType;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #extras: ProblemExtras;

  constructor(type: ProblemType, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.type = type;
    this.status = extras.status ?? STATUS[type];
    this.headers = extras.headers ?? {};
    this.#extras = extras;
  }

  toJSON(): Readonly<Record<string, unknown>> {
    const subproblems = this.#extras.subproblems?.map((sub) => ({ ...sub, type: NAMESPACE + sub.type }));
    return {
      type: NAMESPACE + this.type,
      detail: this.message,
      status: this.status,
      ...this.#extras.members,
      ...(subproblems === undefined ? {} : { subproblems }),
    };
  }
}

export function notFound(what: string): Problem {
  return new Problem('malformed', `${what} not found`, { status: 404 });
}
