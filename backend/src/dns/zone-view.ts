import { getDomain } from 'tldts';
import { AppError } from '../domain/errors.ts';
import type { Logger } from '../plugins/plugin.ts';
import { type Authority, isBelow, soaOwner } from './authority.ts';
import type { NameServers } from './name-servers.ts';
import { parentOf } from './names.ts';
import type { Recursive } from './recursive.ts';

/**
 * The zones that the resolvers know above a name. They are asked for apexes, so that they do not come to remember
 * anything that covers the name: neither that it does not exist (RFC 2308) nor that a name above it does not (RFC 8020).
 */
export interface ZoneView {
  /** The zone to begin with, that of the registered domain. Without servers when the resolvers do not know it. */
  start(name: string, signal: AbortSignal): Promise<Authority>;

  /** The zone above `zone`. Without servers when the resolvers do not know it. */
  above(zone: string, signal: AbortSignal): Promise<Authority>;

  /**
   * The zone below `zone` that holds the names below `above`; null when it is `zone` itself. Company networks have zones
   * that no parent delegates, and only the resolvers know them.
   *
   * @param exists What the servers of `zone` say of `above`.
   */
  hidden(zone: string, above: string, exists: boolean, signal: AbortSignal): Promise<Authority | null>;

  /** The deepest zone between `zone` and the name, where the servers of `zone` cannot be asked. */
  deepest(zone: string, name: string, signal: AbortSignal): Promise<Authority | null>;
}

/** A name that nobody publishes: what is remembered of it covers no other. */
const NEIGHBOUR = '_certferry-zone-search';

export function createZoneView(recursive: Recursive, nameServers: NameServers, log: Logger): ZoneView {
  async function apexAbove(name: string, signal: AbortSignal): Promise<string> {
    for (let candidate = name; candidate !== ''; candidate = parentOf(candidate)) {
      const apex = soaOwner(await recursive.ask(candidate, 'SOA', signal), candidate);
      if (apex !== null) return apex;
    }
    return '';
  }

  async function apexSeen(name: string, signal: AbortSignal): Promise<string | null> {
    const reply = await recursive.ask(name, 'SOA', signal).catch(unlessUnknown);
    return reply && soaOwner(reply, name);
  }

  async function authorityFor(zone: string, signal: AbortSignal): Promise<Authority> {
    const set = await nameServers.ofZone(zone, signal).catch(unlessUnknown);
    return { zone, servers: set ? await nameServers.some(set, signal) : [] };
  }

  async function authorityAbove(begin: string, signal: AbortSignal): Promise<Authority> {
    const apex = await apexAbove(begin, signal).catch(unlessUnknown);
    if (apex !== null) return await authorityFor(apex, signal);
    log.debug({ zone: begin }, 'The resolvers do not know the zone');
    return { zone: begin, servers: [] };
  }

  return {
    start: (name, signal) => authorityAbove(registeredAbove(name), signal),

    above: (zone, signal) => authorityAbove(parentOf(zone), signal),

    async hidden(zone, above, exists, signal) {
      const apex = await apexSeen(exists ? above : `${NEIGHBOUR}.${above}`, signal);
      return apex !== null && isBelow(apex, zone) ? await authorityFor(apex, signal) : null;
    },

    async deepest(zone, name, signal) {
      const apexes = await Promise.all(namesBetween(zone, name).map((between) => apexSeen(between, signal)));
      const apex = apexes.filter((seen) => seen !== null && isBelow(seen, zone)).at(-1);
      return apex ? await authorityFor(apex, signal) : null;
    },
  };
}

/** `name` itself, or the name above it that has one label more than `zone`. */
export function oneBelow(zone: string, name: string): string {
  return namesBetween(zone, name)[0] ?? name;
}

/** The names above `name` and below `zone`, the shortest first. */
function namesBetween(zone: string, name: string): string[] {
  const names: string[] = [];
  for (let above = parentOf(name); isBelow(above, zone); above = parentOf(above)) names.unshift(above);
  return names;
}

/** Where to begin only: what is delegated below, or not even there, is found out. Never the name itself. */
function registeredAbove(name: string): string {
  const domain = getDomain(name, { allowPrivateDomains: false, extractHostname: false, validateHostname: false });
  return domain === null || domain === name ? parentOf(name) : domain;
}

function unlessUnknown(err: unknown): null {
  if (err instanceof AppError && (err.code === 'DNS_UNREACHABLE' || err.code === 'DNS_ZONE_NOT_FOUND')) return null;
  throw err;
}
