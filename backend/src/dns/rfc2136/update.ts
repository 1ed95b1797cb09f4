import { u16, u32, wireName } from './bytes.ts';

/** Messages of RFC 2136, unsigned. Names are canonical (dns/names.ts). */
export interface Update {
  readonly zone: string;
  readonly prerequisites?: readonly UpdateRecord[];
  readonly changes?: readonly UpdateRecord[];
}

export interface UpdateRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds: number;
  readonly data: Buffer;
}

const TYPE = { cname: 5, soa: 6, txt: 16, any: 255 } as const;
const CLASS = { in: 1, none: 254 } as const;
const OPCODE_UPDATE = 5 << 11;
const HEADER_LENGTH = 12;
const NO_DATA = Buffer.alloc(0);

export function encodeUpdate(id: number, { zone, prerequisites = [], changes = [] }: Update): Buffer {
  const header = [id, OPCODE_UPDATE, 1, prerequisites.length, changes.length, 0].map(u16);
  const records = [...prerequisites, ...changes].map(encodeRecord);
  return Buffer.concat([...header, wireName(zone), u16(TYPE.soa), u16(CLASS.in), ...records]);
}

/** An ordinary query for the SOA of the root: any server may answer it as it likes. */
export function encodeRootQuery(id: number): Buffer {
  return Buffer.concat([...[id, 0, 1, 0, 0, 0].map(u16), wireName(''), u16(TYPE.soa), u16(CLASS.in)]);
}

/** Adds one value beside the others (section 2.5.1). Nothing happens when it is there already. */
export function addTxt(name: string, value: string, ttlSeconds: number): UpdateRecord {
  return { name, type: TYPE.txt, class: CLASS.in, ttlSeconds, data: txtData(value) };
}

/** Removes one value and no other (section 2.5.4). Nothing happens when it is gone already. */
export function deleteTxt(name: string, value: string): UpdateRecord {
  return { name, type: TYPE.txt, class: CLASS.none, ttlSeconds: 0, data: txtData(value) };
}

/** A server silently ignores a TXT added to an alias (section 3.4.2.2); with this it says YXRRSET. */
export function unlessAlias(name: string): UpdateRecord {
  return { name, type: TYPE.cname, class: CLASS.none, ttlSeconds: 0, data: NO_DATA };
}

/** "Name is not in use" (section 2.4.5): never true of the apex of a zone, so the answer is YXDOMAIN. */
export function unlessInUse(name: string): UpdateRecord {
  return { name, type: TYPE.any, class: CLASS.none, ttlSeconds: 0, data: NO_DATA };
}

/** The rcode of a reply, without looking at anything else in it. */
export function rcodeOf(reply: Buffer): number {
  return reply.length < HEADER_LENGTH ? -1 : reply.readUInt8(3) & 0x0f;
}

function encodeRecord({ name, type, class: klass, ttlSeconds, data }: UpdateRecord): Buffer {
  return Buffer.concat([wireName(name), u16(type), u16(klass), u32(ttlSeconds), u16(data.length), data]);
}

/** Character strings of at most 255 octets. */
function txtData(value: string): Buffer {
  const bytes = Buffer.from(value);
  const count = Math.max(1, Math.ceil(bytes.length / 255));
  const strings = Array.from({ length: count }, (_, index) => bytes.subarray(index * 255, (index + 1) * 255));
  return Buffer.concat(strings.flatMap((string) => [Buffer.from([string.length]), string]));
}
