import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { HttpResponse } from '../../plugins/http.ts';
import { TransportError } from '../../plugins/http.ts';
import { type Problem, problemSchema } from './schema.ts';

const PREFIX = 'urn:ietf:params:acme:error:';
const EVIDENCE_CHARACTERS = 2000;

/** RFC 8555, section 6.7. What is not listed is ISSUER_REFUSED. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  rateLimited: 'ISSUER_RATE_LIMITED',
  accountDoesNotExist: 'ISSUER_ACCOUNT',
  externalAccountRequired: 'ISSUER_ACCOUNT',
  invalidContact: 'ISSUER_ACCOUNT',
  unsupportedContact: 'ISSUER_ACCOUNT',
  userActionRequired: 'ISSUER_ACCOUNT',
  badPublicKey: 'ISSUER_ACCOUNT',
  badSignatureAlgorithm: 'ISSUER_ACCOUNT',
  invalidProfile: 'INVALID_SETTINGS',
  serverInternal: 'ISSUER_UNREACHABLE',
  badNonce: 'ISSUER_UNREACHABLE',
};

/** Of an authorization or order that became invalid: these mean that a name could not be verified. */
const VALIDATION_PROBLEMS: readonly string[] = [
  'caa',
  'connection',
  'dns',
  'dnssec',
  'incorrectResponse',
  'tls',
  'unauthorized',
];

/** An ACME server answered with a problem document, or with an HTTP status that means one. */
export class AcmeProblem extends AppError {
  readonly httpStatus: number;
  /** Without the `urn:ietf:params:acme:error:` prefix; empty when there was no problem document. */
  readonly kind: string;

  constructor(answer: ProblemAnswer, now: Date, code?: ErrorCode) {
    const problem = problemOf(answer.body);
    const kind = problem.type.startsWith(PREFIX) ? problem.type.slice(PREFIX.length) : '';
    super(code ?? codeOf(kind, answer), `${hostOf(answer.url)}: ${wordsOf(problem) || `HTTP ${answer.status}`}`, {
      evidence: { request: `${answer.method} ${answer.url}`, status: answer.status, body: cut(answer.body) },
      retryAfterMs: retryAfterMs(answer.headers['retry-after'], now) ?? undefined,
    });
    this.httpStatus = answer.status;
    this.kind = kind;
  }
}

export interface ProblemAnswer {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  readonly body: string;
}

/** The same failure under the code that fits what was being done. */
export function as(code: ErrorCode, err: AppError): AppError {
  return new AppError(code, err.message, { evidence: err.evidence, retryAfterMs: err.retryAfterMs, cause: err });
}

/** Of an authorization or an order that became invalid. It stays so: only another order helps. */
export function failureOf(problem: Problem | undefined, what: string, url: string): AppError {
  const kind = problem?.type.replace(PREFIX, '') ?? '';
  const code = codeOfInvalid(kind);
  const words = (problem && wordsOf(problem)) || 'the CA does not say why';
  return new AppError(code, `${what}: ${words}`, {
    evidence: { request: `POST-as-GET ${url}`, body: cut(JSON.stringify(problem ?? null)) },
  });
}

function codeOfInvalid(kind: string): ErrorCode {
  if (VALIDATION_PROBLEMS.includes(kind)) return 'CHALLENGE_FAILED';
  return kind === 'serverInternal' ? 'ISSUER_FAILED' : 'ISSUER_REFUSED';
}

/** @throws AppError always; anything that is no TransportError as it is. */
export function throwUnanswered(err: unknown, url: string): never {
  if (!(err instanceof TransportError)) throw err;
  const host = hostOf(url);
  if (err.kind === 'untrusted') {
    throw new AppError('ISSUER_NOT_TRUSTED', `The certificate of ${host} is not trusted: ${err.message}`, {
      cause: err,
    });
  }
  throw new AppError('ISSUER_UNREACHABLE', `${host} does not answer: ${err.message}`, { cause: err });
}

/** Milliseconds of a Retry-After header, which is a number of seconds or a date; null when there is none. */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (!header) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

export function cut(text: string): string {
  return text.length <= EVIDENCE_CHARACTERS ? text : `${text.slice(0, EVIDENCE_CHARACTERS)} …`;
}

/** 503 with Retry-After is how Boulder limits requests per address: https://letsencrypt.org/docs/rate-limits/ */
function codeOf(kind: string, { status, headers }: ProblemAnswer): ErrorCode {
  if (status === 429 || (status === 503 && headers['retry-after'])) return 'ISSUER_RATE_LIMITED';
  return CODES[kind] ?? (status >= 500 ? 'ISSUER_UNREACHABLE' : 'ISSUER_REFUSED');
}

function problemOf(body: string): Problem {
  const parsed = problemSchema.safeParse(parseJson(body));
  return parsed.success ? parsed.data : { type: 'about:blank' };
}

/** `detail (name: detail; name: detail)` */
function wordsOf(problem: Problem): string {
  const parts = (problem.subproblems ?? []).map((sub) =>
    [sub.identifier?.value, sub.detail ?? sub.type].filter(Boolean).join(': '),
  );
  const words = problem.detail ?? problem.title ?? '';
  return parts.length > 0 ? `${words} (${parts.join('; ')})` : words;
}

/** Undefined when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
