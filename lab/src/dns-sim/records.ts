import { type Answer, type CaaData, encode } from 'dns-packet';
import { CLASS, TYPE } from './codes.ts';
import { canonicalName } from './names.ts';
import { HEADER_LENGTH, writeName } from './wire.ts';

/** A record as a person writes it. Names are absolute, with or without the final dot. */
export type ZoneRecord = {
  readonly name: string;
  /** Seconds. Default 60. */
  readonly ttl?: number;
} & (
  | { readonly type: 'A' | 'AAAA' | 'CNAME' | 'NS'; readonly data: string }
  | { readonly type: 'TXT'; readonly data: string }
  | { readonly type: 'CAA'; readonly data: CaaValue }
  | { readonly type: 'MX'; readonly data: { readonly preference: number; readonly exchange: string } }
);

export interface CaaValue {
  readonly critical?: boolean;
  readonly tag: string;
  readonly value: string;
}

/** A record as a zone holds it: comparing two of them is comparing bytes. */
export interface StoredRecord {
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Buffer;
}

interface SoaFields {
  readonly primary: string;
  readonly mailbox: string;
  readonly serial: number;
}

const DEFAULT_TTL = 60;

/** Seconds that a client may remember that something does not exist (RFC 2308). Short: clients of the lab poll. */
const NEGATIVE_TTL = 5;

export function storedRecord(record: ZoneRecord): StoredRecord {
  return {
    name: canonicalName(record.name),
    type: TYPE[record.type],
    ttl: record.ttl ?? DEFAULT_TTL,
    rdata: rdataOf(answerOf(record)),
  };
}

/** RFC 2308, section 3: sent with the smaller of its own TTL and its last field; here both are the same. */
export function soaRecord(zone: string, fields: SoaFields): StoredRecord {
  const data = {
    mname: fields.primary,
    rname: fields.mailbox,
    serial: fields.serial,
    refresh: 3600,
    retry: 600,
    expire: 86_400,
    minimum: NEGATIVE_TTL,
  };
  return { name: zone, type: TYPE.SOA, ttl: NEGATIVE_TTL, rdata: rdataOf({ name: '.', type: 'SOA', data }) };
}

export function isSameData(one: StoredRecord, other: StoredRecord): boolean {
  return one.name === other.name && one.type === other.type && one.rdata.equals(other.rdata);
}

/** The owner name is left to the caller, who may compress it. */
export function encodeRecord(owner: Buffer, record: StoredRecord): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(record.type, 0);
  fixed.writeUInt16BE(CLASS.IN, 2);
  fixed.writeUInt32BE(record.ttl, 4);
  fixed.writeUInt16BE(record.rdata.length, 8);
  return Buffer.concat([owner, fixed, record.rdata]);
}

/** The character strings of a TXT record, or null when its data is not a list of them. */
export function characterStrings(rdata: Buffer): readonly Buffer[] | null {
  const strings: Buffer[] = [];
  let offset = 0;
  while (offset < rdata.length) {
    const end = offset + 1 + rdata.readUInt8(offset);
    if (end > rdata.length) return null;
    strings.push(rdata.subarray(offset + 1, end));
    offset = end;
  }
  return strings.length === 0 ? null : strings;
}

function answerOf(record: ZoneRecord): Answer {
  switch (record.type) {
    case 'TXT':
      return { name: '.', type: 'TXT', data: chunksOf(Buffer.from(record.data)) };
    case 'CAA':
      return { name: '.', type: 'CAA', data: caaData(record.data) };
    case 'MX':
      return { name: '.', type: 'MX', data: { ...record.data } };
    default:
      return { name: '.', type: record.type, data: record.data };
  }
}

function caaData(value: CaaValue): CaaData {
  // The cast widens dns-packet's list of tags: RFC 8659 leaves them open, and unknown critical ones matter to clients.
  return { flags: value.critical ? 128 : 0, tag: value.tag as CaaData['tag'], value: value.value };
}

/** A character string holds at most 255 bytes (RFC 1035, section 3.3). */
function chunksOf(text: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(text.length / 255));
  return Array.from({ length: count }, (_, index) => text.subarray(index * 255, (index + 1) * 255));
}

function rdataOf(answer: Answer): Buffer {
  const rootNameAndFixedPart = writeName('.').length + 10;
  return encode({ type: 'response', answers: [answer] }).subarray(HEADER_LENGTH + rootNameAndFixedPart);
}
