import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { type HttpClient, type HttpRequest, type HttpResponse, TransportError } from '../plugins/http.ts';
import type { Clock } from '../plugins/plugin.ts';
import { redact } from '../plugins/redact.ts';

export interface CallOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Whatever of these the service repeats is taken out of its words. */
  readonly secrets: readonly Secret[];
}

const EVIDENCE_CHARACTERS = 2000;

/**
 * One request to a DNS service over HTTP. Only a 2xx answer is returned.
 *
 * @throws AppError DNS_DENIED (401, 403), DNS_RATE_LIMITED (429, with its Retry-After), DNS_UNREACHABLE (no answer, 5xx),
 *   DNS_REFUSED (anything else), with the service's own words as evidence.
 */
export async function call(
  http: HttpClient,
  request: HttpRequest,
  options: CallOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  signal.throwIfAborted();
  const answer = await http.request(request, signal).catch((cause: unknown) => {
    if (!(cause instanceof TransportError)) throw cause;
    throw new AppError('DNS_UNREACHABLE', `${cause.message}.`, { cause, evidence: { request: lineOf(request) } });
  });
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw refusal(request, answer, options);
}

/** `path` below `base`, which may have a path of its own. User, query and fragment of `base` are left out. */
export function below(base: string, path: string): string {
  const { origin, pathname } = new URL(base);
  return `${origin}${pathname.replace(/\/+$/, '')}${path}`;
}

function refusal(request: HttpRequest, answer: HttpResponse, { clock, secrets }: CallOptions): AppError {
  const { status, headers } = answer;
  const code = codeOf(status);
  const words = redact(wordsOf(code, answer), secrets);
  return new AppError(code, `${new URL(request.url).host} ${words} (HTTP ${status}).`, {
    evidence: {
      request: lineOf(request),
      status,
      body: redact(answer.body, secrets).slice(0, EVIDENCE_CHARACTERS),
    },
    retryAfterMs: retryAfterMs(headers['retry-after'], clock.now()),
  });
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'DNS_DENIED';
  if (status === 429) return 'DNS_RATE_LIMITED';
  return status >= 500 ? 'DNS_UNREACHABLE' : 'DNS_REFUSED';
}

function wordsOf(code: ErrorCode, { status, headers }: HttpResponse): string {
  if (code === 'DNS_DENIED') return 'does not accept the credentials, or not for this change';
  if (code === 'DNS_RATE_LIMITED') return 'asks to slow down';
  if (code === 'DNS_UNREACHABLE') return 'cannot do it now';
  const elsewhere = status < 400 ? headers.location : undefined;
  return elsewhere ? `sends us on to ${elsewhere}, where certferry does not follow` : 'refused the request';
}

function lineOf({ method, url }: HttpRequest): string {
  return `${method} ${url}`;
}

/** Of a Retry-After header: seconds or a date (RFC 9110, section 10.2.3). */
function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
