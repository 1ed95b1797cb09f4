import { networkInterfaces } from 'node:os';
import type { Askable } from './askable.ts';
import { rememberedSeconds } from './authority.ts';
import type { DnsMessage, DnsRecord } from './message.ts';
import type { AnswerReason, ServerAnswer } from './resolver.ts';
import { hasNoRoute } from './route.ts';
import { DnsTransportError } from './transport-error.ts';

export interface Expected {
  /** The name to ask for: the first alias at resolvers, which follow it, and the last name at authoritative servers. */
  readonly name: string;
  /** Null: any. */
  readonly value: string | null;
  readonly zone: string;
}

const MOST_VALUES = 10;
const LONGEST_VALUE = 100;

/** What one server says about the record. Rejects only with the signal's reason. */
export async function askServer(asked: Askable, expected: Expected, signal: AbortSignal): Promise<ServerAnswer> {
  if (asked.server.address === '') return silent(asked, 'no-address', 'the name of this server has no address', 0);
  const started = performance.now();
  try {
    const [txt, soa] = await Promise.all([
      asked.ask({ name: expected.name, type: 'TXT' }, signal),
      asked.ask({ name: expected.zone, type: 'SOA' }, signal).catch(() => null),
    ]);
    const { server, kind } = asked;
    return { server, kind, ...judge(txt, expected, kind), ...soaIn(soa, expected.zone), latencyMs: txt.latencyMs };
  } catch (err) {
    if (!(err instanceof DnsTransportError)) throw err;
    return unanswered(asked, err, Math.round(performance.now() - started));
  }
}

/** What is said of a server that sent no reply. `interfaces`: the addresses of this host. */
export function unanswered(
  asked: Pick<Askable, 'server' | 'kind'>,
  err: DnsTransportError,
  latencyMs: number,
  interfaces = networkInterfaces(),
): ServerAnswer {
  if (hasNoRoute(err, asked.server.address, interfaces)) {
    return silent(asked, 'no-route', `no way there from this host: ${err.message}`, latencyMs);
  }
  return silent(asked, SILENCE[err.kind] ?? 'unreachable', err.message, latencyMs);
}

const SILENCE: Readonly<Partial<Record<DnsTransportError['kind'], AnswerReason>>> = {
  timeout: 'timeout',
  name: 'no-address',
};

function silent(
  { server, kind }: Pick<Askable, 'server' | 'kind'>,
  reason: AnswerReason,
  detail: string,
  latencyMs: number,
): ServerAnswer {
  const nothing = { rcode: null, values: [], ttlSeconds: null, soaSerial: null, soaPrimary: null };
  return { server, kind, state: 'failed', reason, detail, ...nothing, latencyMs };
}

export type Judgement = Omit<
  ServerAnswer,
  'server' | 'kind' | 'latencyMs' | 'soaSerial' | 'soaPrimary' | 'soaUnanswered'
>;

/** What an answer means for the record that is looked for. */
export function judge(reply: DnsMessage, { name, value }: Expected, kind: ServerAnswer['kind']): Judgement {
  const trouble = troubleOf(reply, kind);
  const common = { rcode: reply.rcode, values: [], ttlSeconds: null };
  if (trouble) return { ...common, state: 'failed', ...trouble };
  // A resolver gives the records at the end of the aliases; an authoritative server only what is at the name.
  const records = reply.answers.filter((record) => kind === 'resolver' || record.name === name);
  const texts = records.flatMap((record) => (record.type === 'TXT' ? [record] : []));
  const match = texts.find(({ data }) => value === null || data === value) ?? texts[0];
  if (match) {
    const values = texts.slice(0, MOST_VALUES).map(({ data }) => printable(data).slice(0, LONGEST_VALUE));
    return { ...common, ...judgeValues(match.data, value, texts.length), values, ttlSeconds: match.ttlSeconds };
  }
  const alias = records.find((record) => record.type === 'CNAME');
  if (kind === 'authoritative' && alias?.type === 'CNAME') {
    const detail = `an alias for ${printable(alias.data)}`;
    return { ...common, state: 'missing', reason: 'alias', detail, ttlSeconds: alias.ttlSeconds };
  }
  const ttlSeconds = kind === 'resolver' ? rememberedSeconds(reply) : null;
  const missing = { ...common, state: 'missing', ttlSeconds } as const;
  if (reply.rcode === 'NXDOMAIN') return { ...missing, reason: 'no-name', detail: 'no such name' };
  return { ...missing, reason: 'no-record', detail: 'no TXT record' };
}

/** Anybody may put bytes into DNS that a terminal obeys. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}

function judgeValues(
  best: string,
  wanted: string | null,
  count: number,
): Pick<Judgement, 'state' | 'reason' | 'detail'> {
  if (wanted === null) return { state: 'seen', reason: 'seen', detail: count === 1 ? '1 value' : `${count} values` };
  if (best !== wanted) return { state: 'missing', reason: 'other-values', detail: 'other values' };
  return { state: 'seen', reason: 'seen', detail: count > 1 ? `seen, beside ${count - 1} more` : 'seen' };
}

/** Why an answer says nothing about the record; null when it does. */
function troubleOf({ rcode, aa }: DnsMessage, kind: ServerAnswer['kind']): Pick<Judgement, 'reason' | 'detail'> | null {
  if (kind === 'authoritative') {
    if (rcode === 'REFUSED') return { reason: 'lame', detail: 'refuses to answer for the zone (lame)' };
    if (rcode === 'SERVFAIL') return { reason: 'servfail', detail: 'cannot answer for the zone (SERVFAIL)' };
  }
  if (rcode === 'SERVFAIL') return { reason: 'servfail', detail: 'cannot resolve the name (SERVFAIL)' };
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return { reason: 'rcode', detail: `answers with ${rcode}` };
  return aa || kind === 'resolver' ? null : { reason: 'lame', detail: 'not authoritative (lame)' };
}

function soaIn(
  reply: DnsMessage | null,
  zone: string,
): Pick<ServerAnswer, 'soaSerial' | 'soaPrimary' | 'soaUnanswered'> {
  if (reply?.rcode !== 'NOERROR' && reply?.rcode !== 'NXDOMAIN')
    return { soaSerial: null, soaPrimary: null, soaUnanswered: true };
  const isOurs = (record: DnsRecord) => record.type === 'SOA' && record.name === zone;
  const soa = reply.answers.find(isOurs);
  return soa?.type === 'SOA'
    ? { soaSerial: soa.serial, soaPrimary: soa.primary }
    : { soaSerial: null, soaPrimary: null };
}

/**
 * True when the record is where a CA will look for it: every server that can be asked from here has it,
 * and so has at least one address of each name server.
 *
 * Servers without a route from here (IPv6 on a host that has none) are left out, so a name server that has no other
 * address keeps this false.
 */
export function agrees(answers: readonly ServerAnswer[]): boolean {
  return everyoneHeard(answers) && asked(answers).every(({ state }) => state === 'seen');
}

/** True when every server says the same, whatever it is; servers without a route are left out as above. */
export function isConsistent(answers: readonly ServerAnswer[]): boolean {
  const contents = new Set(asked(answers).map(contentOf));
  return everyoneHeard(answers) && contents.size === 1 && asked(answers).every(({ state }) => state !== 'failed');
}

/** What a server has, apart from how it says it: equal for two servers that have the same. */
export function contentOf({ state, reason, values }: ServerAnswer): string {
  if (state === 'failed' || reason === 'alias') return reason;
  return JSON.stringify([...values].sort());
}

function everyoneHeard(answers: readonly ServerAnswer[]): boolean {
  const names = new Set(answers.map(({ server }) => server.name));
  const heard = new Set(asked(answers).map(({ server }) => server.name));
  return names.size > 0 && heard.size === names.size;
}

function asked(answers: readonly ServerAnswer[]): readonly ServerAnswer[] {
  return answers.filter(({ reason }) => reason !== 'no-route');
}
