import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../plugins/http.ts';
import { type CallCodes, type CallOptions, callOver } from '../plugins/http-call.ts';

export const NOTIFIER_CODES: CallCodes = {
  denied: 'NOTIFIER_DENIED',
  rateLimited: 'NOTIFIER_RATE_LIMITED',
  unreachable: 'NOTIFIER_UNREACHABLE',
  untrusted: 'NOTIFIER_NOT_TRUSTED',
  refused: 'NOTIFIER_REFUSED',
};

type NotifierCallOptions = Omit<CallOptions, 'codes'>;

/** One request to a notification service. Only a 2xx answer is returned. @throws AppError as `Notifier` says */
export function call(
  http: HttpClient,
  request: HttpRequest,
  options: NotifierCallOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  return callOver(http, request, { ...options, codes: NOTIFIER_CODES }, signal);
}

/** For services that take a message with 200 and say in the body that they did not. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** One line of at most 300 characters for people. */
export function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}

/**
 * An address that is a secret, because whoever knows it may post.
 *
 * @throws AppError INVALID_SETTINGS without the address.
 */
export function secretAddress(plugin: string, title: string, field: string, address: Secret): string {
  const url = address.reveal().trim();
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new AppError(
    'INVALID_SETTINGS',
    `${plugin}: ${title} (${field}): is no address that begins with https:// or http://.`,
  );
}

/** The address and the part of it that is worth stealing: a service may repeat either. */
export function addressSecrets(url: string): readonly string[] {
  const { pathname, search, searchParams } = new URL(url);
  return [url, `${pathname}${search}`, pathname.length > 8 ? pathname : '', ...searchParams.values()].filter(
    (part) => part.length > 8,
  );
}
