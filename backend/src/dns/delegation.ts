import type { Logger } from '../plugins/plugin.ts';
import { aliasIn, soaOwner } from './authority.ts';
import type { Endpoint } from './endpoint.ts';
import { createNameServers, type NsSet, nsNames } from './name-servers.ts';
import { parentOf } from './names.ts';
import { query } from './query.ts';
import type { Recursive } from './recursive.ts';
import type { NameServer } from './resolver.ts';

/** Finds zones as the resolvers see them, and the servers that their parents name. */
export interface Delegation {
  /**
   * The apex of the zone that holds `name`; the empty string for the root. The resolvers remember what of it does not
   * exist (RFC 2308).
   *
   * @throws AppError DNS_UNREACHABLE
   */
  zoneOf(name: string, signal: AbortSignal): Promise<string>;

  /**
   * Every address of every name server of an existing zone. A name server without any address is listed once with an
   * empty one.
   *
   * @throws AppError DNS_ZONE_NOT_FOUND when nobody names a server for the zone; DNS_UNREACHABLE.
   */
  serversOf(zone: string, signal: AbortSignal): Promise<readonly NameServer[]>;
}

export interface DelegationDeps {
  readonly recursive: Recursive;
  /** As in ResolverOptions. */
  readonly nameServers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly log: Logger;
}

/** @throws AppError INVALID_SETTINGS when an override is not `host:port`. */
export function createDelegation({ recursive, nameServers, timeoutMs, log }: DelegationDeps): Delegation {
  const servers = createNameServers(recursive, nameServers);

  async function serversOf(zone: string, signal: AbortSignal): Promise<readonly NameServer[]> {
    const delegated = (await askParent(zone, signal)) ?? (await servers.ofZone(zone, signal));
    return await servers.all(delegated, signal);
  }

  async function askParent(zone: string, signal: AbortSignal): Promise<NsSet | null> {
    const race = new AbortController();
    const untilWon = AbortSignal.any([signal, race.signal]);
    try {
      const parent = await zoneOf(recursive, parentOf(zone), signal);
      const asked = await servers.some(await servers.ofZone(parent, signal), signal);
      return await Promise.any(asked.map((server) => delegationAt(server, zone, timeoutMs, untilWon)));
    } catch (err) {
      signal.throwIfAborted();
      log.info({ zone, err }, 'The parent zone does not name the servers; asking the zone itself');
      return null;
    } finally {
      race.abort();
    }
  }

  return { zoneOf: (name, signal) => zoneOf(recursive, name, signal), serversOf };
}

/**
 * Asks for CNAME because that question is never answered from beyond an alias: a name without one
 * brings the SOA of its own zone, and a name with one cannot be an apex, so its parent's zone is its zone.
 */
async function zoneOf(recursive: Recursive, name: string, signal: AbortSignal): Promise<string> {
  for (let candidate = name; candidate !== ''; candidate = parentOf(candidate)) {
    const reply = await recursive.ask(candidate, 'CNAME', signal);
    if (aliasIn(reply, candidate) !== null) continue;
    const apex = soaOwner(reply, candidate) ?? (await ownSoa(recursive, candidate, signal));
    if (apex !== null) return apex;
  }
  return '';
}

/** Forwarders (systemd-resolved, some routers) leave the SOA out of negative answers: then only an apex can say so itself. */
async function ownSoa(recursive: Recursive, candidate: string, signal: AbortSignal): Promise<string | null> {
  return soaOwner(await recursive.ask(candidate, 'SOA', signal), candidate);
}

/** A referral, or the zone's own answer where parent and child share a server. Rejects when it is neither. */
async function delegationAt(server: Endpoint, zone: string, timeoutMs: number, signal: AbortSignal): Promise<NsSet> {
  const reply = await query(server, { name: zone, type: 'NS' }, { timeoutMs, recursionDesired: false }, signal);
  const names = nsNames([...reply.answers, ...reply.authorities], zone);
  if (names.length === 0) throw new Error(`${server.address} does not delegate ${zone} (${reply.rcode}).`);
  return { names, glue: reply.additionals };
}
