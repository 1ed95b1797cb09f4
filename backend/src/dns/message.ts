import { type Answer, decode, encode, RECURSION_DESIRED, type SoaData } from 'dns-packet';
import { canonical } from './names.ts';
import { rcodeName } from './rcodes.ts';

/**
 * What queries and replies mean, apart from how they travel: the bytes may go over UDP, TCP or HTTPS.
 */
export interface Question {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CAA' | 'CNAME' | 'NS' | 'SOA' | 'TXT';
}

export interface DnsMessage {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL` …, the extended bits of EDNS included. */
  readonly rcode: string;
  /** The server says that it is authoritative for the answer. */
  readonly aa: boolean;
  /** The server says that it looks things up for us. */
  readonly ra: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** The reply carries an OPT record: the server knows EDNS. */
  readonly edns: boolean;
}

/** The record types that certferry reads; others are left out. Names are canonical (names.ts). */
export type DnsRecord =
  | (RecordBase & { readonly type: 'A' | 'AAAA' | 'CNAME' | 'NS'; readonly data: string })
  /** Its character strings joined, as a CA reads them (RFC 8555, section 8.4). */
  | (RecordBase & { readonly type: 'TXT'; readonly data: string })
  /** `minimum`: seconds, the most that a resolver remembers what is not there (RFC 2308, section 4). */
  | (RecordBase & {
      readonly type: 'SOA';
      readonly serial: number;
      readonly primary: string;
      readonly minimum: number;
    })
  | (RecordBase & { readonly type: 'CAA'; readonly tag: string; readonly value: string; readonly critical: boolean });

interface RecordBase {
  readonly name: string;
  readonly ttlSeconds: number;
}

export interface QueryFlags {
  readonly id: number;
  readonly recursionDesired: boolean;
  /** False for servers that reject EDNS (RFC 6891, section 6.2.2). */
  readonly edns: boolean;
}

/** Passes most paths unfragmented: https://www.dnsflagday.net/2020/ */
const UDP_PAYLOAD_SIZE = 1232;

export function encodeQuery({ name, type }: Question, { id, recursionDesired, edns }: QueryFlags): Buffer {
  return encode({
    type: 'query',
    id,
    flags: recursionDesired ? RECURSION_DESIRED : 0,
    questions: [{ name, type, class: 'IN' }],
    additionals: edns ? [OPT] : [],
  });
}

const OPT: Answer = {
  name: '.',
  type: 'OPT',
  udpPayloadSize: UDP_PAYLOAD_SIZE,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

/** @throws Error when the bytes are no DNS message. */
export function decodeReply(bytes: Buffer): DnsMessage {
  const packet = decode(bytes);
  const opt = (packet.additionals ?? []).find((record) => record.type === 'OPT');
  const code = ((packet.flags ?? 0) & 0x0f) | ((opt?.extendedRcode ?? 0) << 4);
  return {
    rcode: rcodeName(code),
    aa: packet.flag_aa,
    ra: packet.flag_ra,
    answers: (packet.answers ?? []).flatMap(readRecord),
    authorities: (packet.authorities ?? []).flatMap(readRecord),
    additionals: (packet.additionals ?? []).flatMap(readRecord),
    edns: opt !== undefined,
  };
}

/**
 * True when the reply repeats the question. Some servers leave it out of FORMERR replies.
 *
 * @throws Error when the bytes are no DNS message.
 */
export function repeats(reply: Buffer, question: Question): boolean {
  const packet = decode(reply);
  const [asked, ...more] = packet.questions ?? [];
  if (!asked) return ((packet.flags ?? 0) & 0x0f) !== 0;
  return more.length === 0 && asked.type === question.type && canonical(asked.name) === canonical(question.name);
}

function readRecord(record: Answer): DnsRecord[] {
  if (record.type === 'OPT' || record.class !== 'IN') return [];
  const base = { name: canonical(record.name), ttlSeconds: record.ttl ?? 0 };
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return [{ ...base, type: record.type, data: record.data }];
    case 'CNAME':
    case 'NS':
      return [{ ...base, type: record.type, data: canonical(record.data) }];
    case 'TXT':
      return [{ ...base, type: 'TXT', data: joined(record.data) }];
    case 'SOA':
      return [{ ...base, type: 'SOA', ...readSoa(record.data) }];
    case 'CAA': {
      const { tag, value, issuerCritical } = record.data;
      return [{ ...base, type: 'CAA', tag: tag.toLowerCase(), value, critical: issuerCritical === true }];
    }
    default:
      return [];
  }
}

function readSoa({ serial = 0, mname, minimum = 0 }: SoaData) {
  return { serial, primary: canonical(mname), minimum };
}

function joined(data: string | Buffer | readonly (string | Buffer)[]): string {
  const parts = typeof data === 'string' || Buffer.isBuffer(data) ? [data] : data;
  return Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))).toString('utf8');
}
