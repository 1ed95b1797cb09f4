import { randomInt } from 'node:crypto';
import type { Endpoint } from './endpoint.ts';
import { type DnsMessage, decodeReply, encodeQuery, type Question, repeats } from './message.ts';
import { type Exchanged, exchange } from './wire.ts';

export interface QueryOptions {
  /** Milliseconds for each attempt: UDP, and TCP where the reply was truncated. */
  readonly timeoutMs: number;
  /** True for resolvers, false for authoritative servers. */
  readonly recursionDesired: boolean;
  readonly transport?: 'udp' | 'tcp';
}

export interface DnsReply extends DnsMessage {
  readonly latencyMs: number;
  readonly transport: 'udp' | 'tcp';
}

/**
 * Asks one server one question. Any response code is a reply.
 *
 * @throws DnsTransportError when no reply came, or the signal's reason.
 */
export async function query(
  server: Endpoint,
  question: Question,
  options: QueryOptions,
  signal: AbortSignal,
): Promise<DnsReply> {
  const first = await ask(server, question, { ...options, edns: true }, signal);
  const rejectsEdns = (first.rcode === 'FORMERR' || first.rcode === 'NOTIMP') && !first.edns;
  return rejectsEdns ? ask(server, question, { ...options, edns: false }, signal) : first;
}

async function ask(
  server: Endpoint,
  question: Question,
  options: QueryOptions & { readonly edns: boolean },
  signal: AbortSignal,
): Promise<DnsReply> {
  const { timeoutMs, recursionDesired, edns, transport = 'udp' } = options;
  const message = encodeQuery(question, { id: randomInt(0x10000), recursionDesired, edns });
  const accepts = (reply: Buffer) => repeats(reply, question);
  const exchanged: Exchanged = await exchange(server, message, { transport, timeoutMs, accepts }, signal);
  return { ...decodeReply(exchanged.reply), latencyMs: exchanged.latencyMs, transport: exchanged.transport };
}
