import type { ICalendarSource } from '../domain/calendar.ts';
import { type HttpFactory, type HttpResponse, TransportError } from '../plugins/http.ts';
import { refused } from './check.ts';

const PATIENCE_MS = 15_000;
/** Characters. A year of freezes takes a few thousand. */
const LONGEST = 1_000_000;

type Address = Extract<ICalendarSource, { readonly kind: 'url' }>;

/**
 * Reads the iCalendar file at an address. Of the address, errors name the host alone: the rest may be a secret of its owner.
 *
 * @throws AppError INVALID_SETTINGS when nothing usable is there.
 */
export async function readFeed({ url, caBundle }: Address, http: HttpFactory, signal: AbortSignal): Promise<string> {
  const trust = caBundle === null ? ({ mode: 'public' } as const) : ({ mode: 'bundle', caPem: caBundle } as const);
  return answerOf(await ask(url, http({ trust, timeoutMs: PATIENCE_MS }), signal), url);
}

async function ask(url: string, client: ReturnType<HttpFactory>, signal: AbortSignal): Promise<HttpResponse> {
  await using http = client;
  try {
    return await http.request({ method: 'GET', url, headers: { accept: 'text/calendar' } }, signal);
  } catch (err) {
    if (err instanceof TransportError) throw refused('iCalendar.url', `${err.message}.`);
    throw err;
  }
}

function answerOf({ status, headers, body }: HttpResponse, url: string): string {
  const { host } = new URL(url);
  if (status >= 300 && status < 400) {
    const to =
      headers.location && URL.canParse(headers.location, url) ? new URL(headers.location, url).host : 'nowhere';
    throw refused(
      'iCalendar.url',
      `${host} sends on to ${to} (${status}), and certferry does not follow: give that address.`,
    );
  }
  if (status !== 200) throw refused('iCalendar.url', `${host} answers ${status}.`);
  if (body.length > LONGEST)
    throw refused('iCalendar.url', `What ${host} gives is longer than ${LONGEST / 1_000_000} million characters.`);
  return body;
}
