import type { Logger } from '../plugins/plugin.ts';
import type { Endpoint } from './endpoint.ts';
import type { DnsMessage, Question } from './message.ts';
import { type NsSet, nsNames } from './name-servers.ts';
import { isWithin } from './names.ts';
import { query } from './query.ts';

/** A zone and some of the servers that answer for it. */
export interface Authority {
  readonly zone: string;
  readonly servers: readonly Endpoint[];
}

/** A zone below the one that was asked, with the servers that the upper one names for it. */
export interface Referral extends NsSet {
  readonly zone: string;
}

/**
 * The first answer or referral that one of the servers gives; null when none of them speaks for the zone. Nothing is
 * asked recursively, so that no cache learns of the question.
 *
 * @throws The signal's reason.
 */
export async function askAuthority(
  { zone, servers }: Authority,
  question: Question,
  { timeoutMs, log }: { readonly timeoutMs: number; readonly log: Logger },
  signal: AbortSignal,
): Promise<DnsMessage | null> {
  const race = new AbortController();
  const untilWon = AbortSignal.any([signal, race.signal]);
  const ask = async (server: Endpoint) => {
    const reply = await query(server, question, { timeoutMs, recursionDesired: false }, untilWon);
    if (!speaksFor(zone, question.name, reply)) throw new Error(`${server.address} is lame (${reply.rcode}).`);
    return reply;
  };
  try {
    return await Promise.any(servers.map(ask));
  } catch (err) {
    signal.throwIfAborted();
    log.debug({ zone, question, err }, 'No server of the zone answers');
    return null;
  } finally {
    race.abort();
  }
}

/** Where a server of `zone` sends us for `name`; null when it answers itself or sends us nowhere below. */
export function referralIn(reply: DnsMessage, zone: string, name: string): Referral | null {
  if (reply.aa || reply.rcode !== 'NOERROR') return null;
  const cut = reply.authorities.find(
    (record) => record.type === 'NS' && isBelow(record.name, zone) && isWithin(name, record.name),
  );
  return cut ? { zone: cut.name, names: nsNames(reply.authorities, cut.name), glue: reply.additionals } : null;
}

/** The zone that an answer says `name` is in; null when it does not say. */
export function soaOwner({ answers, authorities }: Pick<DnsMessage, 'answers' | 'authorities'>, name: string) {
  const soa = [...answers, ...authorities].find((record) => record.type === 'SOA' && isWithin(name, record.name));
  return soa?.name ?? null;
}

/** Seconds for which a resolver may remember that something is not there (RFC 2308, section 5); null when it may not. */
export function rememberedSeconds({ authorities }: Pick<DnsMessage, 'authorities'>): number | null {
  const soa = authorities.find((record) => record.type === 'SOA');
  return soa?.type === 'SOA' ? Math.min(soa.ttlSeconds, soa.minimum) : null;
}

/** What a CNAME at exactly `name` leads to. */
export function aliasIn({ answers }: Pick<DnsMessage, 'answers'>, name: string): string | null {
  const alias = answers.find((record) => record.type === 'CNAME' && record.name === name);
  return alias?.type === 'CNAME' ? alias.data : null;
}

export function isBelow(name: string, zone: string): boolean {
  return name !== zone && isWithin(name, zone);
}

function speaksFor(zone: string, name: string, reply: DnsMessage): boolean {
  if (referralIn(reply, zone, name) !== null) return true;
  if (!reply.aa || (reply.rcode !== 'NOERROR' && reply.rcode !== 'NXDOMAIN')) return false;
  const owner = aliasIn(reply, name) === null ? soaOwner(reply, name) : null;
  return owner === null || isWithin(owner, zone);
}
