/** The zones of the lab and, above them, a small copy of the public tree. */
import { ancestorsOf, canonicalName, isWithin } from './names.ts';
import { type StoredRecord, storedRecord, type ZoneRecord } from './records.ts';
import { withOwnRecord, Zone } from './zone.ts';

export interface ZoneOptions {
  /** `lab.example.com` */
  readonly name: string;
  /** Beside SOA, NS and the servers' addresses, which every zone has. An NS record below the zone delegates. */
  readonly records?: readonly ZoneRecord[];
}

/** Answers for every zone above those of the lab, the root included. `.test` never exists in public (RFC 6761). */
export const PARENT_SERVER = 'ns.dns-sim.test';

export function nameServersOf(zone: string): { readonly primary: string; readonly secondary: string } {
  return { primary: `ns1.${zone}`, secondary: `ns2.${zone}` };
}

/** `host` is where all servers listen, and hence what their names lead to. */
export function buildZones(options: readonly ZoneOptions[], host: string): readonly Zone[] {
  const names = options.map((zone) => canonicalName(zone.name));
  return options.map((zone, index) => {
    const name = names[index] ?? canonicalName(zone.name);
    const children = names.filter((other) => closestOf(names, other) === name);
    const servers = [name, ...children].flatMap((one) => delegation(one, host));
    return newZone(name, nameServersOf(name).primary, [...servers, ...(zone.records ?? [])]);
  });
}

/** Every zone between the root and those of the lab. */
export function buildParents(zones: readonly Zone[], host: string): readonly Zone[] {
  const served = zones.map((zone) => zone.name);
  const parents = [...new Set(served.flatMap(ancestorsOf))].filter((name) => !served.includes(name));
  const all = [...served, ...parents];
  return parents.map((name) => {
    const below = all.filter((other) => closestOf(all, other) === name);
    const records = below.flatMap((child) => (served.includes(child) ? delegation(child, host) : [parentNs(child)]));
    const own: readonly ZoneRecord[] =
      closestOf(all, PARENT_SERVER) === name ? [{ name: PARENT_SERVER, type: 'A', data: host }] : [];
    return newZone(name, PARENT_SERVER, [parentNs(name), ...records, ...own]);
  });
}

function newZone(name: string, primaryServer: string, records: readonly ZoneRecord[]): Zone {
  const stored = records.map(storedRecord);
  const stray = stored.find((record) => !isWithin(record.name, name));
  if (stray !== undefined) throw new Error(`${stray.name} is not in the zone ${name}`);
  return new Zone(name, primaryServer, stored.reduce<readonly StoredRecord[]>(withOwnRecord, []));
}

/** The same records are the NS set within the zone and, above it, the delegation with its glue. */
function delegation(zone: string, host: string): readonly ZoneRecord[] {
  return Object.values(nameServersOf(zone)).flatMap((server): readonly ZoneRecord[] => [
    { name: zone, type: 'NS', data: server },
    { name: server, type: 'A', data: host },
  ]);
}

function parentNs(zone: string): ZoneRecord {
  return { name: zone, type: 'NS', data: PARENT_SERVER };
}

/** Which of `names` is the closest one strictly above `name`. */
function closestOf(names: readonly string[], name: string): string | undefined {
  return ancestorsOf(name).find((ancestor) => names.includes(ancestor));
}
