import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { type HttpResponse, TransportError } from '../../plugins/http.ts';
import { redact } from '../../plugins/redact.ts';
import { answeredError } from './schema.ts';

const MOST_EVIDENCE = 2000;

/** An answer that is no success, from Azure Resource Manager or from the login. */
interface Refusal {
  readonly request?: string;
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
}

/** What went wrong while a zone or record set was read or changed. Never keeps the error of the SDK: it holds the token. */
export function armFailure(err: unknown): AppError {
  if (err instanceof AppError) return err;
  if (err instanceof TransportError) return new AppError('DNS_UNREACHABLE', `${err.message}.`, { cause: err });
  const parsed = answeredError.safeParse(err);
  if (!parsed.success) return AppError.from(new Error(wordsOf(err)));
  const { statusCode, request, response } = parsed.data;
  const token = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
  return refused('Azure', {
    request: `${request.method} ${request.url}`,
    status: statusCode,
    body: redact(response.bodyAsText ?? '', [token]),
    retryAfter: response.headers.get('retry-after'),
  });
}

/** The HTTP status of an error of the SDK; null when Azure did not answer. */
export function statusOf(err: unknown): number | null {
  const parsed = answeredError.safeParse(err);
  return parsed.success ? parsed.data.statusCode : null;
}

/** Why there is no token. `trouble` is the last exchange that failed, `err` what the SDK made of it. */
export function loginFailure(err: unknown, trouble: HttpResponse | Error | null, secrets: readonly Secret[]): AppError {
  const body = redact(wordsOf(err), secrets).slice(0, MOST_EVIDENCE);
  if (trouble instanceof TransportError) {
    const words = `The login to Azure was not possible: ${trouble.message}.`;
    return new AppError('DNS_UNREACHABLE', words, { cause: trouble, evidence: { body } });
  }
  if (!trouble || trouble instanceof Error) {
    return new AppError('DNS_DENIED', 'There are no credentials that Azure takes.', { evidence: { body } });
  }
  const { status, headers } = trouble;
  const words = redact(trouble.body, secrets);
  const refusal = { request: 'login', status, body: words, retryAfter: headers['retry-after'] };
  // The login says 400, too, of an unknown tenant or client.
  return status < 500 && status !== 429
    ? denied('The login to Azure', refusal)
    : refused('The login to Azure', refusal);
}

function refused(who: string, refusal: Refusal): AppError {
  const { request, status, retryAfter } = refusal;
  const evidence = evidenceOf(refusal);
  if (status === 401 || status === 403) return denied(who, refusal);
  if (status === 429) {
    const retryAfterMs = delayOf(retryAfter);
    return new AppError('DNS_RATE_LIMITED', `${who} asks us to slow down.`, { evidence, retryAfterMs });
  }
  if (status >= 400 && status < 500) {
    return new AppError('DNS_REFUSED', `${who} refused the request (${status}): ${request}.`, { evidence });
  }
  return new AppError('DNS_UNREACHABLE', `${who} could not answer the request (${status}): ${request}.`, { evidence });
}

function denied(who: string, refusal: Refusal): AppError {
  const what = refusal.status === 403 ? 'does not allow the request' : 'refused the credentials';
  return new AppError('DNS_DENIED', `${who} ${what} (${refusal.status}).`, { evidence: evidenceOf(refusal) });
}

function evidenceOf({ request, status, body }: Refusal) {
  return { ...(request ? { request } : {}), status, body: body.slice(0, MOST_EVIDENCE) };
}

/** Retry-After in milliseconds: a number of seconds, or a date (RFC 9110, section 10.2.3). */
function delayOf(retryAfter: string | undefined): number | undefined {
  if (!retryAfter) return undefined;
  const seconds = Number(retryAfter);
  const ms = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function wordsOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}
