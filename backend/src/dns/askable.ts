import { AppError } from '../domain/errors.ts';
import type { HttpFactory } from '../plugins/http.ts';
import { queryDoh } from './doh.ts';
import { formatEndpoint, parseEndpoint } from './endpoint.ts';
import type { DnsMessage, Question } from './message.ts';
import { query } from './query.ts';
import type { NameServer, ServerAnswer } from './resolver.ts';

/** A server with the way to ask it. */
export interface Askable {
  readonly server: NameServer;
  readonly kind: ServerAnswer['kind'];
  /** Any response code is a reply. @throws DnsTransportError when no reply came, or the signal's reason. */
  ask(question: Question, signal: AbortSignal): Promise<DnsMessage & { readonly latencyMs: number }>;
}

export interface AskOptions {
  /** Milliseconds for one question. */
  readonly timeoutMs: number;
  readonly http: HttpFactory;
}

export function authoritative(server: NameServer, { timeoutMs }: Pick<AskOptions, 'timeoutMs'>): Askable {
  const options = { timeoutMs, recursionDesired: false };
  return { server, kind: 'authoritative', ask: (question, signal) => query(server, question, options, signal) };
}

/**
 * @param address `host:port`, or the URL of DNS over HTTPS.
 * @throws AppError INVALID_SETTINGS
 */
export function checkResolver(address: string, { timeoutMs, http }: AskOptions): Askable {
  const server = resolverAt(address);
  if (isUrl(address)) {
    return {
      server,
      kind: 'resolver',
      ask: (question, signal) => queryDoh(http, address, question, timeoutMs, signal),
    };
  }
  const options = { timeoutMs, recursionDesired: true };
  return { server, kind: 'resolver', ask: (question, signal) => query(server, question, options, signal) };
}

/** Where a resolver is, and what it is called. @throws as `checkResolver`. */
export function resolverAt(address: string): NameServer {
  if (isUrl(address)) return doh(address);
  const endpoint = parseEndpoint(address);
  return { name: formatEndpoint(endpoint), ...endpoint };
}

function isUrl(address: string): boolean {
  return address.includes('://');
}

function doh(url: string): NameServer {
  const plain = url.replace(/\{\?dns\}$/, '');
  if (!plain.startsWith('https://') || !URL.canParse(plain)) {
    throw new AppError('INVALID_SETTINGS', `"${url}" is not the address of a resolver (host:port or https://…).`);
  }
  const parsed = new URL(plain);
  const address = parsed.hostname.replace(/^\[|\]$/g, '');
  return { name: url, address, port: Number(parsed.port || 443) };
}
