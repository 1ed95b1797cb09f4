import { type HttpFactory, TransportError } from '../plugins/http.ts';
import { type DnsMessage, decodeReply, encodeQuery, type Question, repeats } from './message.ts';
import { DnsTransportError, timedOut } from './transport-error.ts';

export interface DohReply extends DnsMessage {
  /** Milliseconds, the TLS handshake included. */
  readonly latencyMs: number;
}

/**
 * Asks one question over HTTPS (RFC 8484, by GET). Any response code is a reply.
 *
 * `url` may end in the template `{?dns}`, as services print it.
 *
 * @throws DnsTransportError when no reply came, or the signal's reason.
 */
export async function queryDoh(
  http: HttpFactory,
  url: string,
  question: Question,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<DohReply> {
  const started = performance.now();
  const { status, headers, body } = await get(http, withQuestion(url, question), timeoutMs, signal);
  const latencyMs = Math.round(performance.now() - started);
  if (status !== 200) throw new DnsTransportError('other', `answers with HTTP status ${status}`);
  if (!headers['content-type']?.startsWith(MEDIA_TYPE)) {
    throw new DnsTransportError('other', `answers with ${headers['content-type'] ?? 'no content type'}, not with DNS`);
  }
  return { ...readReply(Buffer.from(body, 'base64'), question), latencyMs };
}

const MEDIA_TYPE = 'application/dns-message';

async function get(http: HttpFactory, url: string, timeoutMs: number, signal: AbortSignal) {
  await using client = http({ trust: { mode: 'public' }, timeoutMs });
  try {
    return await client.request({ method: 'GET', url, headers: { accept: MEDIA_TYPE }, encoding: 'base64' }, signal);
  } catch (err) {
    if (!(err instanceof TransportError)) throw err;
    if (err.kind === 'timeout') throw timedOut(timeoutMs, 0);
    throw new DnsTransportError(err.kind === 'refused' || err.kind === 'name' ? err.kind : 'other', err.message, {
      cause: err,
    });
  }
}

/** The id is 0, so that caches on the way know the question again (RFC 8484, section 4.1). */
function withQuestion(url: string, question: Question): string {
  const message = encodeQuery(question, { id: 0, recursionDesired: true, edns: true });
  const asked = new URL(url.replace(/\{\?dns\}$/, ''));
  asked.searchParams.set('dns', message.toString('base64url'));
  return asked.href;
}

function readReply(bytes: Buffer, question: Question): DnsMessage {
  try {
    if (repeats(bytes, question)) return decodeReply(bytes);
  } catch (cause) {
    throw new DnsTransportError('other', 'answers with what is no DNS message', { cause });
  }
  throw new DnsTransportError('other', 'answers another question');
}
