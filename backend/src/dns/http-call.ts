import type { Secret } from '../domain/secret.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../plugins/http.ts';
import { type CallCodes, callOver } from '../plugins/http-call.ts';
import type { Clock } from '../plugins/plugin.ts';

export { below } from '../plugins/http-call.ts';

export interface CallOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Whatever of these the service repeats is taken out of its words. */
  readonly secrets: readonly Secret[];
}

const CODES: CallCodes = {
  denied: 'DNS_DENIED',
  rateLimited: 'DNS_RATE_LIMITED',
  unreachable: 'DNS_UNREACHABLE',
  untrusted: 'DNS_UNREACHABLE',
  refused: 'DNS_REFUSED',
};

/**
 * One request to a DNS service over HTTP. Only a 2xx answer is returned.
 *
 * @throws AppError DNS_DENIED (401, 403), DNS_RATE_LIMITED (429, with its Retry-After), DNS_UNREACHABLE (no answer, 5xx),
 *   DNS_REFUSED (anything else), with the service's own words as evidence.
 */
export function call(
  http: HttpClient,
  request: HttpRequest,
  options: CallOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  return callOver(http, request, { ...options, codes: CODES }, signal);
}
