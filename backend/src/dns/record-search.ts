import {
  type Authority,
  aliasIn,
  askAuthority,
  isBelow,
  referralIn,
  rememberedSeconds,
  soaOwner,
} from './authority.ts';
import { createDelegation, type DelegationDeps } from './delegation.ts';
import type { DnsMessage, Question } from './message.ts';
import { createNameServers, type NsSet } from './name-servers.ts';
import { parentOf } from './names.ts';
import type { NameServer } from './resolver.ts';
import { createZoneView, oneBelow } from './zone-view.ts';

/**
 * Finds the zone of a record that does not exist yet. What is in a zone is asked from its own servers, because a resolver
 * would remember that the record is not there (RFC 2308), and tell so to a CA that asks it after the record is published.
 */
export interface RecordSearch {
  /**
   * The resolvers hear of `name` only when no server of its zone can be asked from here. A zone that is delegated, but
   * for which nobody answers, is found all the same: its servers show what is wrong with it.
   *
   * @throws AppError DNS_UNREACHABLE
   */
  find(name: string, signal: AbortSignal): Promise<FoundRecord>;

  /** Every server that the parent names for the zone. @throws AppError DNS_ZONE_NOT_FOUND, DNS_UNREACHABLE */
  serversOf(found: FoundRecord, signal: AbortSignal): Promise<readonly NameServer[]>;
}

export interface FoundRecord {
  /** The target of the CNAME at the name. */
  readonly alias: string | null;
  /** The apex of the zone; the empty string for the root. */
  readonly zone: string;
  /** What the parent said when it was asked on the way. */
  readonly delegated?: NsSet;
  /** As in ChallengeLocation. */
  readonly negativeTtlSeconds?: number;
}

/** A zone on the way down. */
interface Cut extends Authority {
  readonly delegated?: NsSet;
}

/** What was learnt of `next` on the way to `name`. */
interface Step {
  readonly next: string;
  readonly name: string;
  /** Null: no server of the zone answered. */
  readonly reply: DnsMessage | null;
}

/** How far the way down led. */
interface Descent {
  /** Null: the servers on the way could not be asked. */
  readonly found: FoundRecord | null;
  /** The last zone on the way. */
  readonly last: Cut;
}

/** @throws AppError INVALID_SETTINGS when an address of a name server is not `host:port`. */
export function createRecordSearch(deps: DelegationDeps): RecordSearch {
  const { recursive, log } = deps;
  const delegation = createDelegation(deps);
  const nameServers = createNameServers(recursive, deps.nameServers);
  const view = createZoneView(recursive, nameServers, log);

  /** Goes on from zone to zone, as a resolver does. */
  async function descend(cut: Cut, next: string, name: string, signal: AbortSignal): Promise<Descent> {
    const reply = await askAuthority(cut, questionAbout(next, name), deps, signal);
    const lower = await cutBelow(cut, { next, name, reply }, signal);
    if (lower) {
      if (lower.zone === name) return { found: { ...lower, alias: null }, last: lower };
      return await descend(lower, isBelow(next, lower.zone) ? next : oneBelow(lower.zone, name), name, signal);
    }
    if (reply === null) return { found: null, last: cut };
    if (next === name) return { found: { ...cut, ...contentIn(reply, name) }, last: cut };
    return await descend(cut, oneBelow(next, name), name, signal);
  }

  /** The last delegation above `name` where the resolvers cannot answer for `start` itself; null when there is none. */
  async function delegatedAbove(start: Authority, name: string, signal: AbortSignal): Promise<Cut | null> {
    const above = await view.above(start.zone, signal);
    if (above.servers.length === 0) return null;
    const { last } = await descend(above, oneBelow(above.zone, name), name, signal);
    return last.delegated ? last : null;
  }

  /** The zone to go on with, from what a server of `cut` said of `next`; null when that is still `cut`. */
  async function cutBelow(cut: Cut, { next, name, reply }: Step, signal: AbortSignal): Promise<Cut | null> {
    if (reply === null) return await view.deepest(cut.zone, name, signal);
    const referral = referralIn(reply, cut.zone, next);
    if (referral) {
      const servers = referral.zone === name ? [] : await nameServers.some(referral, signal);
      return { zone: referral.zone, servers, delegated: referral };
    }
    const apex = soaOwner(reply, next);
    // Parent and child on one server: it answers for the child at once.
    if (apex !== null && isBelow(apex, cut.zone)) return { zone: apex, servers: cut.servers };
    const isHost = next === name || next === parentOf(name);
    return isHost ? null : await view.hidden(cut.zone, next, reply.rcode === 'NOERROR', signal);
  }

  return {
    async find(name, signal) {
      const start = await view.start(name, signal);
      const { found, last } = await descend(start, oneBelow(start.zone, name), name, signal);
      if (found) return found;
      log.debug({ name }, 'No server of the zone can be asked; asking the resolvers for the record');
      try {
        const reply = await recursive.ask(name, 'CNAME', signal);
        return { ...contentIn(reply, name), zone: await delegation.zoneOf(name, signal) };
      } catch (err) {
        signal.throwIfAborted();
        const dead = last.delegated ? last : await delegatedAbove(start, name, signal);
        if (!dead) throw err;
        log.info({ name, zone: dead.zone }, 'The zone is delegated, but nobody answers for it');
        return { ...dead, alias: null };
      }
    },

    serversOf({ zone, delegated }, signal) {
      return delegated ? nameServers.all(delegated, signal) : delegation.serversOf(zone, signal);
    },
  };
}

/** What an answer about the record says: where it leads, or for how long its absence is remembered. */
function contentIn(reply: DnsMessage, name: string): Pick<FoundRecord, 'alias' | 'negativeTtlSeconds'> {
  const negativeTtlSeconds = rememberedSeconds(reply);
  return { alias: aliasIn(reply, name), ...(negativeTtlSeconds !== null && { negativeTtlSeconds }) };
}

/** Of a name on the way it matters whether it is an apex, of the record whether it is an alias. */
function questionAbout(next: string, name: string): Question {
  return { name: next, type: next === name ? 'CNAME' : 'SOA' };
}
