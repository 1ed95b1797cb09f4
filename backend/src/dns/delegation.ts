import { AppError } from '../domain/errors.ts';
import type { Logger } from '../plugins/plugin.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import type { DnsRecord } from './message.ts';
import { canonical, isWithin, parentOf } from './names.ts';
import { type DnsReply, query } from './query.ts';
import { addressesIn, type Recursive } from './recursive.ts';
import type { NameServer } from './resolver.ts';

/** Finds zones and the servers that their parents name. */
export interface Delegation {
  /** The apex of the zone that holds `name`; the empty string for the root. @throws AppError DNS_UNREACHABLE */
  zoneOf(name: string, signal: AbortSignal): Promise<string>;

  /**
   * Every address of every name server of a zone. A name server without any address is listed once with an empty one.
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

/** The root and the large top-level domains have 13 servers that say the same. */
const PARENTS_ASKED = 3;

/** The NS set of a zone with the addresses that came along. */
interface NsSet {
  readonly names: readonly string[];
  readonly glue: readonly DnsRecord[];
}

/** @throws AppError INVALID_SETTINGS when an override is not `host:port`. */
export function createDelegation({ recursive, nameServers, timeoutMs, log }: DelegationDeps): Delegation {
  const overrides = new Map<string, Endpoint>(
    Object.entries(nameServers).map(([name, endpoint]) => [canonical(name), parseEndpoint(endpoint)]),
  );

  async function serversOf(zone: string, signal: AbortSignal): Promise<readonly NameServer[]> {
    const delegated = (await askParent(zone, signal)) ?? (await askZone(zone, signal));
    const found = await Promise.all(delegated.names.map((name) => locateServer(name, delegated.glue, signal)));
    return found.flat();
  }

  async function askParent(zone: string, signal: AbortSignal): Promise<NsSet | null> {
    const race = new AbortController();
    const untilWon = AbortSignal.any([signal, race.signal]);
    try {
      const parent = await zoneOf(recursive, parentOf(zone), signal);
      const servers = await parentServers(parent, signal);
      return await Promise.any(servers.map((server) => referral(server, zone, timeoutMs, untilWon)));
    } catch (err) {
      signal.throwIfAborted();
      log.info({ zone, err }, 'The parent zone does not name the servers; asking the zone itself');
      return null;
    } finally {
      race.abort();
    }
  }

  /** A few are enough: those with an address to use in `nameServers` first, they are sure to be reachable. */
  async function parentServers(parent: string, signal: AbortSignal): Promise<readonly Endpoint[]> {
    const { names, glue } = await askZone(parent, signal);
    const preferred = [...names].sort((a, b) => Number(overrides.has(b)) - Number(overrides.has(a)));
    const chosen = preferred.slice(0, PARENTS_ASKED);
    const found = await Promise.all(chosen.map((name) => locateServer(name, glue, signal)));
    return found.flat().filter(({ address }) => address !== '');
  }

  async function askZone(zone: string, signal: AbortSignal): Promise<NsSet> {
    const reply = await recursive.ask(zone, 'NS', signal);
    const names = nsNames(reply.answers, zone);
    if (names.length === 0) {
      throw new AppError('DNS_ZONE_NOT_FOUND', `Nobody names a server for the zone ${zone || '.'}.`);
    }
    return { names, glue: reply.additionals };
  }

  async function locateServer(name: string, glue: readonly DnsRecord[], signal: AbortSignal): Promise<NameServer[]> {
    const override = overrides.get(name);
    if (override) return [{ name, ...override }];
    const resolved = await recursive.addressesOf(name, signal);
    const addresses = resolved.length > 0 ? resolved : addressesIn(glue.filter((record) => record.name === name));
    return (addresses.length > 0 ? addresses : ['']).map((address) => ({ name, address, port: 53 }));
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
    if (reply.answers.some((record) => record.type === 'CNAME' && record.name === candidate)) continue;
    const apex = soaOwner(reply, candidate) ?? (await ownSoa(recursive, candidate, signal));
    if (apex !== null) return apex;
  }
  return '';
}

/** Forwarders (systemd-resolved, some routers) leave the SOA out of negative answers: then only an apex can say so itself. */
async function ownSoa(recursive: Recursive, candidate: string, signal: AbortSignal): Promise<string | null> {
  return soaOwner(await recursive.ask(candidate, 'SOA', signal), candidate);
}

function soaOwner({ answers, authorities }: DnsReply, name: string): string | null {
  const soa = [...answers, ...authorities].find((record) => record.type === 'SOA' && isWithin(name, record.name));
  return soa?.name ?? null;
}

/** A referral, or the zone's own answer where parent and child share a server. Rejects when it is neither. */
async function referral(server: Endpoint, zone: string, timeoutMs: number, signal: AbortSignal): Promise<NsSet> {
  const reply = await query(server, { name: zone, type: 'NS' }, { timeoutMs, recursionDesired: false }, signal);
  const names = nsNames([...reply.answers, ...reply.authorities], zone);
  if (names.length === 0) throw new Error(`${server.address} does not delegate ${zone} (${reply.rcode}).`);
  return { names, glue: reply.additionals };
}

function nsNames(records: readonly DnsRecord[], zone: string): string[] {
  const names = records.flatMap((record) => (record.type === 'NS' && record.name === zone ? [record.data] : []));
  return [...new Set(names)].sort();
}
