import { TYPE } from './codes.ts';
import { ancestorsOf, isWithin } from './names.ts';
import { isSameData, type StoredRecord, soaRecord } from './records.ts';

/** What a zone holds at one serial. Never changed in place, so a copy of it is the reference. */
export interface ZoneVersion {
  readonly serial: number;
  readonly records: readonly StoredRecord[];
}

/** One zone on one server. */
export class Zone {
  /** Canonical. */
  readonly name: string;
  readonly #primaryServer: string;
  #version: ZoneVersion;

  constructor(name: string, primaryServer: string, records: readonly StoredRecord[]) {
    this.name = name;
    this.#primaryServer = primaryServer;
    this.#version = { serial: 1, records };
  }

  get version(): ZoneVersion {
    return this.#version;
  }

  /** Puts `records` in the place of all others under the next serial. Says whether that changed anything. */
  commit(records: readonly StoredRecord[]): boolean {
    if (records === this.#version.records) return false;
    this.#version = { serial: this.#version.serial + 1, records };
    return true;
  }

  /** Takes over what another server holds, unless it is older than what is here. */
  adopt(version: ZoneVersion): void {
    if (version.serial > this.#version.serial) this.#version = version;
  }

  /** The zone as another server begins with it. */
  copy(): Zone {
    return new Zone(this.name, this.#primaryServer, this.#version.records);
  }

  soa(): StoredRecord {
    const mailbox = this.name === '.' ? 'hostmaster' : `hostmaster.${this.name}`;
    return soaRecord(this.name, { primary: this.#primaryServer, mailbox, serial: this.#version.serial });
  }

  /** All records of exactly this name, also below a delegation (glue). */
  at(name: string): readonly StoredRecord[] {
    const records = this.#version.records.filter((record) => record.name === name);
    return name === this.name ? [this.soa(), ...records] : records;
  }

  rrset(name: string, type: number): readonly StoredRecord[] {
    return this.at(name).filter((record) => record.type === type);
  }

  /** Whether the name has records or lies between the zone and a name that has (RFC 8020). */
  exists(name: string): boolean {
    return name === this.name || this.#version.records.some((record) => isWithin(record.name, name));
  }

  /** NS records of the topmost delegation at or above `name`; empty when the zone itself answers for it. */
  delegation(name: string): readonly StoredRecord[] {
    const cuts = [name, ...ancestorsOf(name)].filter((cut) => cut !== this.name && isWithin(cut, this.name));
    return (
      cuts
        .reverse()
        .map((cut) => this.rrset(cut, TYPE.NS))
        .find((servers) => servers.length > 0) ?? []
    );
  }
}

/** The zone of `zones` that is closest above `name`. */
export function closestZone(zones: readonly Zone[], name: string): Zone | undefined {
  return [name, ...ancestorsOf(name)]
    .map((candidate) => zones.find((zone) => zone.name === candidate))
    .find((zone) => zone !== undefined);
}

/**
 * The records with `added` among them; the same array when it was there already.
 * A set shares one TTL (RFC 2181, section 5.2): the last one wins. Nothing stands beside a CNAME, and a CNAME
 * beside nothing else, so such an addition is ignored (RFC 2136, section 3.4.2.2).
 */
export function withRecord(records: readonly StoredRecord[], added: StoredRecord): readonly StoredRecord[] {
  if (conflictsWithCname(records, added)) return records;
  if (records.some((record) => isSameData(record, added) && record.ttl === added.ttl)) return records;
  const others = records.filter((record) => !isSameData(record, added));
  const aligned = others.map((record) => (isSameSet(record, added) ? { ...record, ttl: added.ttl } : record));
  return [...aligned, added];
}

/** The same for the owner of a zone, who is told. @throws Error when a CNAME would stand beside other records. */
export function withOwnRecord(records: readonly StoredRecord[], added: StoredRecord): readonly StoredRecord[] {
  if (conflictsWithCname(records, added)) throw new Error(`A CNAME at ${added.name} would stand beside other records`);
  return withRecord(records, added);
}

/** The records that `matches` is false for; the same array when it is false for all. */
export function withoutRecords(
  records: readonly StoredRecord[],
  matches: (record: StoredRecord) => boolean,
): readonly StoredRecord[] {
  return records.some(matches) ? records.filter((record) => !matches(record)) : records;
}

function conflictsWithCname(records: readonly StoredRecord[], added: StoredRecord): boolean {
  return records.some(
    (record) =>
      record.name === added.name &&
      !isSameData(record, added) &&
      (record.type === TYPE.CNAME || added.type === TYPE.CNAME),
  );
}

function isSameSet(one: StoredRecord, other: StoredRecord): boolean {
  return one.name === other.name && one.type === other.type;
}
