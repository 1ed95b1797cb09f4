import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { type HttpClient, type HttpRequest, type HttpResponse, TransportError } from './http.ts';
import type { Clock } from './plugin.ts';
import { redact } from './redact.ts';

/** The words of a plugin family for what can go wrong. */
export interface CallCodes {
  readonly denied: ErrorCode;
  readonly rateLimited: ErrorCode;
  readonly unreachable: ErrorCode;
  readonly refused: ErrorCode;
  /** The peer's certificate is not trusted. */
  readonly untrusted: ErrorCode;
}

export interface CallOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Whatever of these the service repeats is taken out of its words. */
  readonly secrets: readonly Secret[];
  readonly codes: CallCodes;
  /** What the answer means where the status alone does not say; undefined: as usual. */
  readonly codeOf?: (answer: HttpResponse) => ErrorCode | undefined;
  /** Milliseconds, for a service that does not say it in a Retry-After header. */
  readonly retryAfterOf?: (answer: HttpResponse) => number | undefined;
}

const EVIDENCE_CHARACTERS = 2000;

/**
 * One request to a service over HTTP. Only a 2xx answer is returned.
 *
 * @throws AppError `denied` (401, 403), `rateLimited` (429, with its Retry-After), `unreachable` (no answer, 5xx), `untrusted`,
 *   `refused` (anything else), with the service's own words as evidence.
 */
export async function callOver(
  http: HttpClient,
  request: HttpRequest,
  options: CallOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  signal.throwIfAborted();
  const answer = await http.request(request, signal).catch((cause: unknown) => {
    if (!(cause instanceof TransportError)) throw cause;
    const code = cause.kind === 'untrusted' ? options.codes.untrusted : options.codes.unreachable;
    throw new AppError(code, `${cause.message}.`, { cause, evidence: { request: lineOf(request, options) } });
  });
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw refusalOf(request, answer, options);
}

/** The failure that an answer means. */
export function refusalOf(request: HttpRequest, answer: HttpResponse, options: CallOptions): AppError {
  const { clock, secrets, codes } = options;
  const { status, headers } = answer;
  const code = options.codeOf?.(answer) ?? codeOf(status, codes);
  const words = redact(wordsOf(code, answer, codes), secrets);
  return new AppError(code, `${new URL(request.url).host} ${words} (HTTP ${status}).`, {
    evidence: {
      request: lineOf(request, options),
      status,
      body: redact(answer.body, secrets).slice(0, EVIDENCE_CHARACTERS),
    },
    retryAfterMs: retryAfterMs(headers['retry-after'], clock.now()) ?? options.retryAfterOf?.(answer),
  });
}

/** `path` below `base`, which may have a path of its own. User, query and fragment of `base` are left out. */
export function below(base: string, path: string): string {
  const { origin, pathname } = new URL(base);
  return `${origin}${pathname.replace(/\/+$/, '')}${path}`;
}

function codeOf(status: number, codes: CallCodes): ErrorCode {
  if (status === 401 || status === 403) return codes.denied;
  if (status === 429) return codes.rateLimited;
  return status >= 500 ? codes.unreachable : codes.refused;
}

function wordsOf(code: ErrorCode, { status, headers }: HttpResponse, codes: CallCodes): string {
  if (code === codes.denied) return 'does not accept the credentials, or not for this change';
  if (code === codes.rateLimited) return 'asks to slow down';
  if (code === codes.unreachable) return 'cannot do it now';
  const elsewhere = status < 400 ? headers.location : undefined;
  return elsewhere ? `sends us on to ${elsewhere}, where certferry does not follow` : 'refused the request';
}

/** Some services want their secret in the address. */
function lineOf({ method, url }: HttpRequest, { secrets }: CallOptions): string {
  return redact(`${method} ${url}`, secrets);
}

/** Of a Retry-After header: seconds or a date (RFC 9110, section 10.2.3). */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
