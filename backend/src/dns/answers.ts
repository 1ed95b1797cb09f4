import { networkInterfaces } from 'node:os';
import type { DnsRecord } from './message.ts';
import { type DnsReply, query } from './query.ts';
import type { NameServer, ServerAnswer } from './resolver.ts';
import { hasNoRoute } from './route.ts';
import { DnsTransportError } from './transport-error.ts';

export interface Expected {
  readonly fqdn: string;
  readonly value: string;
  readonly zone: string;
}

/** What one server says about the record. Rejects only with the signal's reason. */
export async function askServer(
  server: NameServer,
  expected: Expected,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ServerAnswer> {
  if (server.address === '') return silent(server, 'the name of this server has no address', 0);
  const started = performance.now();
  const options = { timeoutMs, recursionDesired: false };
  try {
    const [txt, soa] = await Promise.all([
      query(server, { name: expected.fqdn, type: 'TXT' }, options, signal),
      query(server, { name: expected.zone, type: 'SOA' }, options, signal).catch(() => null),
    ]);
    const soaSerial = soa ? serialIn(soa.answers, expected.zone) : null;
    return { server, ...judge(txt, expected), soaSerial, latencyMs: txt.latencyMs };
  } catch (err) {
    if (!(err instanceof DnsTransportError)) throw err;
    return unanswered(server, err, Math.round(performance.now() - started));
  }
}

/** What is said of a server that sent no reply. `interfaces`: the addresses of this host. */
export function unanswered(
  server: NameServer,
  err: DnsTransportError,
  latencyMs: number,
  interfaces = networkInterfaces(),
): ServerAnswer {
  if (!hasNoRoute(err, server.address, interfaces)) return silent(server, err.message, latencyMs);
  return { ...silent(server, `no way there from this host: ${err.message}`, latencyMs), noRoute: true };
}

function silent(server: NameServer, detail: string, latencyMs: number): ServerAnswer {
  return { server, state: 'failed', rcode: null, detail, ttlSeconds: null, soaSerial: null, latencyMs };
}

export type Judgement = Pick<ServerAnswer, 'state' | 'rcode' | 'detail' | 'ttlSeconds'>;

/** What an answer means for the record that is looked for. */
export function judge(reply: DnsReply, { fqdn, value }: Expected): Judgement {
  const { rcode } = reply;
  const say = (state: ServerAnswer['state'], detail: string, ttlSeconds: number | null = null) => {
    return { state, rcode, detail, ttlSeconds };
  };
  const trouble = troubleOf(reply);
  if (trouble) return say('failed', trouble);
  if (rcode === 'NXDOMAIN') return say('missing', 'no such name');
  const records = reply.answers.filter((record) => record.name === fqdn);
  const texts = records.flatMap((record) => (record.type === 'TXT' ? [record] : []));
  const match = texts.find((record) => record.data === value);
  const others = texts.length - 1;
  if (match) return say('seen', others > 0 ? `seen, beside ${others} more` : 'seen', match.ttlSeconds);
  const alias = records.find((record) => record.type === 'CNAME');
  if (alias?.type === 'CNAME') return say('missing', `an alias for ${alias.data}`, alias.ttlSeconds);
  const [other] = texts;
  return other ? say('missing', 'other values', other.ttlSeconds) : say('missing', 'no TXT record');
}

/** Why an answer says nothing about the record, in words; null when it does. */
function troubleOf({ rcode, aa }: DnsReply): string | null {
  if (rcode === 'REFUSED') return 'refuses to answer for the zone (lame)';
  if (rcode === 'SERVFAIL') return 'cannot answer for the zone (SERVFAIL)';
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return `answers with ${rcode}`;
  return aa ? null : 'not authoritative (lame)';
}

function serialIn(records: readonly DnsRecord[], zone: string): number | null {
  const soa = records.find((record) => record.type === 'SOA' && record.name === zone);
  return soa?.type === 'SOA' ? soa.serial : null;
}

/**
 * True when the record is where a CA will look for it: every server that can be asked from here has it,
 * and so has at least one address of each name server.
 *
 * Servers without a route from here (`noRoute`: IPv6 on a host that has none) are left out, so a name server
 * that has no other address keeps this false.
 */
export function agrees(answers: readonly ServerAnswer[]): boolean {
  const asked = answers.filter((answer) => !answer.noRoute);
  const names = new Set(answers.map(({ server }) => server.name));
  const heard = new Set(asked.map(({ server }) => server.name));
  return names.size > 0 && heard.size === names.size && asked.every(({ state }) => state === 'seen');
}
