import { TYPE } from './codes.ts';
import type { StoredRecord } from './records.ts';
import { readName } from './wire.ts';
import { closestZone, type Zone } from './zone.ts';

/** What a set of zones says about one question, after following CNAMEs as far as the zones reach. */
export interface Lookup {
  /** The CNAME records passed on the way. */
  readonly aliases: readonly StoredRecord[];
  readonly end: LookupEnd;
}

type LookupEnd =
  | { readonly kind: 'answer'; readonly zone: Zone; readonly records: readonly StoredRecord[] }
  | { readonly kind: 'no-data' | 'no-name'; readonly zone: Zone }
  | { readonly kind: 'referral'; readonly zone: Zone; readonly servers: readonly StoredRecord[] }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'loop' };

/** RFC 1034, section 4.3.2, without wildcards. */
export function lookUp(zones: readonly Zone[], name: string, type: number): Lookup {
  const aliases: StoredRecord[] = [];
  let current = name;
  for (;;) {
    const end = lookUpOne(zones, current, type);
    if (end.kind !== 'alias') return { aliases, end };
    if (aliases.some((passed) => passed.name === end.alias.name)) return { aliases, end: { kind: 'loop' } };
    aliases.push(end.alias);
    current = readName(end.alias.rdata);
  }
}

/** Addresses of the servers that NS records name, as far as the zone itself holds them. */
export function addressesOf(zone: Zone, servers: readonly StoredRecord[]): readonly StoredRecord[] {
  return servers
    .filter((record) => record.type === TYPE.NS)
    .flatMap((record) => zone.at(readName(record.rdata)))
    .filter((record) => record.type === TYPE.A || record.type === TYPE.AAAA);
}

function lookUpOne(
  zones: readonly Zone[],
  name: string,
  type: number,
): LookupEnd | { readonly kind: 'alias'; readonly alias: StoredRecord } {
  const zone = closestZone(zones, name);
  if (zone === undefined) return { kind: 'foreign' };
  const servers = zone.delegation(name);
  if (servers.length > 0) return { kind: 'referral', zone, servers };
  const here = zone.at(name);
  const records = here.filter((record) => type === TYPE.ANY || record.type === type);
  if (records.length > 0) return { kind: 'answer', zone, records };
  const alias = here.find((record) => record.type === TYPE.CNAME);
  if (alias !== undefined) return { kind: 'alias', alias };
  return { kind: zone.exists(name) ? 'no-data' : 'no-name', zone };
}
