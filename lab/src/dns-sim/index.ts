/** A world of DNS on loopback: parents, a primary, a secondary that lags behind, and a resolver. */
import type { Exchanges } from '../exchanges.ts';
import type { Faults } from '../faults.ts';
import { TYPE } from './codes.ts';
import { Listener } from './listener.ts';
import { canonicalName } from './names.ts';
import { characterStrings, isSameData, storedRecord, type ZoneRecord } from './records.ts';
import { Replication } from './replication.ts';
import {
  type ObservedQuery,
  observing,
  parentsRole,
  primaryRole,
  resolverRole,
  type ServerName,
  secondaryRole,
} from './roles.ts';
import { createAnswerer, type ServerRole } from './server.ts';
import type { TsigKey } from './tsig.ts';
import { buildParents, buildZones, nameServersOf, PARENT_SERVER, type ZoneOptions } from './world.ts';
import { closestZone, withOwnRecord, withoutRecords, type Zone } from './zone.ts';

export type { ZoneRecord } from './records.ts';
export type { ObservedQuery } from './roles.ts';
export type { TsigKey } from './tsig.ts';
export type { ZoneOptions } from './world.ts';

export interface DnsSimOptions {
  /** Milliseconds since 1970, by which signatures are judged. Default: the clock of this machine. */
  readonly now?: () => number;
  readonly zones: readonly ZoneOptions[];
  /** The one key that may update the zones. */
  readonly tsig: TsigKey;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  /** Milliseconds until the secondary has a change. Default 40. */
  readonly lagMs?: number;
  /** The same under the fault `dns-lag`. Default 1 500. */
  readonly lagFaultMs?: number;
  /** The IPv4 address that all servers listen on. Default 127.0.0.1. */
  readonly host?: string;
}

export interface DnsSim extends AsyncDisposable {
  /** `ip:port`, as are the other addresses. UDP and TCP. */
  readonly primary: string;
  readonly secondary: string;
  /** Recursive over everything, from the primary's data. Without RD it answers as `parents` does. */
  readonly resolver: string;
  /** Authoritative for every zone above those of the lab, the root included. */
  readonly parents: string;
  /** Name of each name server to its `ip:port`, for clients that would look for it at port 53. */
  readonly nameServers: Readonly<Record<string, string>>;
  readonly tsig: TsigKey;

  /** The TXT values of exactly this name that the primary holds now. */
  txt(name: string): readonly string[];

  /**
   * Changes a zone behind the clients' backs, as its owner would: new serial at once, the secondary later.
   * Adding what is there and removing what is not does nothing.
   *
   * @throws Error when no zone holds the name, or a CNAME would stand beside other records.
   */
  add(record: ZoneRecord): void;
  remove(record: ZoneRecord): void;

  /** Every question since the start, in order of arrival. */
  queries(): readonly ObservedQuery[];
}

export async function startDnsSim(options: DnsSimOptions): Promise<DnsSim> {
  const { faults, exchanges, tsig, host = '127.0.0.1', lagMs = 40, lagFaultMs = 1500 } = options;
  const zones = buildZones(options.zones, host);
  const parents = buildParents(zones, host);
  const replication = new Replication(zones, () => (faults.has('dns-lag') ? lagFaultMs : lagMs));
  const world = { zones, parents, replication, faults, exchanges };

  const observed: ObservedQuery[] = [];
  const listeners: Listener[] = [];
  const open = async (name: ServerName, role: ServerRole) => {
    const listener = await Listener.open(host, createAnswerer(observing(name, role, observed), tsig, options.now));
    listeners.push(listener);
    return listener.address;
  };
  const addresses = {
    primary: await open('primary', primaryRole(world)),
    secondary: await open('secondary', secondaryRole(world)),
    resolver: await open('resolver', resolverRole(world)),
    parents: await open('parents', parentsRole(world)),
  };
  return {
    ...addresses,
    tsig,
    nameServers: nameServerAddresses(zones, addresses),
    txt: (name) => txtValues(zones, canonicalName(name)),
    ...ownerChanges([...zones, ...parents], replication),
    queries: () => [...observed],
    async [Symbol.asyncDispose]() {
      replication[Symbol.dispose]();
      await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
    },
  };
}

function nameServerAddresses(zones: readonly Zone[], addresses: Readonly<Record<ServerName, string>>) {
  const entries = zones.flatMap(({ name }) => {
    const servers = nameServersOf(name);
    return [
      [servers.primary, addresses.primary],
      [servers.secondary, addresses.secondary],
    ];
  });
  return Object.fromEntries([...entries, [PARENT_SERVER, addresses.parents]]);
}

function txtValues(zones: readonly Zone[], name: string): readonly string[] {
  const records = closestZone(zones, name)?.rrset(name, TYPE.TXT) ?? [];
  return records.map((record) => Buffer.concat(characterStrings(record.rdata) ?? []).toString());
}

function ownerChanges(zones: readonly Zone[], replication: Replication): Pick<DnsSim, 'add' | 'remove'> {
  return {
    add(record) {
      const added = storedRecord(record);
      const zone = holderOf(zones, added.name);
      replication.publish(zone, withOwnRecord(zone.version.records, added));
    },
    remove(record) {
      const removed = storedRecord(record);
      const zone = holderOf(zones, removed.name);
      const remaining = withoutRecords(zone.version.records, (one) => isSameData(one, removed));
      replication.publish(zone, remaining);
    },
  };
}

function holderOf(zones: readonly Zone[], name: string): Zone {
  const zone = closestZone(zones, name);
  if (zone === undefined) throw new Error(`No zone holds ${name}`);
  return zone;
}
