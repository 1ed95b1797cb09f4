/**
 * Requests as they came, byte for byte.
 *
 * dns-packet cannot read an UPDATE: it has no class NONE, and it expects data in every record where
 * RFC 2136 sends none. TSIG needs the offsets besides, so requests are read here.
 */
import { RCODE, RcodeError, TYPE } from './codes.ts';
import { canonicalName } from './names.ts';

export interface Message {
  readonly id: number;
  readonly opcode: number;
  readonly isResponse: boolean;
  readonly recursionDesired: boolean;
  readonly questions: readonly Question[];
  /** As sent, so that the answer repeats the spelling of the question. */
  readonly questionBytes: Buffer;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly additionals: readonly WireRecord[];
  readonly edns: Edns | null;
  readonly bytes: Buffer;
}

export interface Question {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

/** One record with its data as sent. */
export interface WireRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly rdata: Buffer;
  /** Where the record begins in the message. */
  readonly offset: number;
}

interface Edns {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
}

export const HEADER_LENGTH = 12;

/** @throws RcodeError FORMERR */
export function readMessage(bytes: Buffer): Message {
  const reader = new Reader(bytes, HEADER_LENGTH);
  const questions = Array.from({ length: bytes.readUInt16BE(4) }, () => reader.question());
  const questionBytes = bytes.subarray(HEADER_LENGTH, reader.offset);
  const [answers, authorities, additionals] = [6, 8, 10].map((at) =>
    Array.from({ length: bytes.readUInt16BE(at) }, () => reader.record()),
  );
  return {
    ...readHeader(bytes),
    questions,
    questionBytes,
    answers: answers ?? [],
    authorities: authorities ?? [],
    additionals: additionals ?? [],
    edns: ednsOf(additionals ?? []),
  };
}

/** Only what is needed to answer a message that cannot be read any further. */
export function readHeader(bytes: Buffer): Message {
  const flags = bytes.readUInt16BE(2);
  return {
    id: bytes.readUInt16BE(0),
    opcode: (flags >> 11) & 0xf,
    isResponse: (flags & 0x8000) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    questions: [],
    questionBytes: Buffer.alloc(0),
    answers: [],
    authorities: [],
    additionals: [],
    edns: null,
    bytes,
  };
}

export function readName(bytes: Buffer, offset = 0): string {
  return new Reader(bytes, offset).name();
}

/** Uncompressed. */
export function writeName(name: string): Buffer {
  const labels = canonicalName(name)
    .split('.')
    .filter((label) => label !== '')
    .map((label) => Buffer.from(label, 'latin1'));
  if (labels.some((label) => label.length > 63)) throw new Error(`A label of ${name} is longer than 63 bytes`);
  return Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0)]);
}

/** Reads forward through a message; running over its end is a format error. */
export class Reader {
  readonly #bytes: Buffer;
  offset: number;

  constructor(bytes: Buffer, offset: number) {
    this.#bytes = bytes;
    this.offset = offset;
  }

  take(length: number): Buffer {
    const end = this.offset + length;
    if (end > this.#bytes.length) throw formatError('The message ends early');
    const taken = this.#bytes.subarray(this.offset, end);
    this.offset = end;
    return taken;
  }

  number(length: 1 | 2 | 4 | 6): number {
    return this.take(length).readUIntBE(0, length);
  }

  question(): Question {
    return { name: this.name(), type: this.number(2), class: this.number(2) };
  }

  record(): WireRecord {
    const offset = this.offset;
    const owner = this.question();
    const ttl = this.number(4);
    return { ...owner, ttl, rdata: this.take(this.number(2)), offset };
  }

  name(): string {
    const labels: string[] = [];
    for (;;) {
      const length = this.number(1);
      if (length === 0) return canonicalName(labels.join('.'));
      if (length >= 0xc0) return canonicalName([...labels, ...this.#pointed(length)].join('.'));
      labels.push(this.#label(length));
    }
  }

  #label(length: number): string {
    const label = this.take(length).toString('latin1');
    if (length > 63 || label.includes('.')) throw formatError('A label cannot be read');
    return label;
  }

  /** A pointer leads strictly backwards (RFC 1035, section 4.1.4), which also rules out loops. */
  #pointed(high: number): readonly string[] {
    const start = this.offset - 1;
    const target = ((high & 0x3f) << 8) | this.number(1);
    if (target >= start) throw formatError('A name points forward');
    const rest = new Reader(this.#bytes.subarray(0, start), target).name();
    return rest === '.' ? [] : [rest];
  }
}

export function formatError(message: string): RcodeError {
  return new RcodeError(RCODE.FORMERR, message);
}

function ednsOf(additionals: readonly WireRecord[]): Edns | null {
  const [opt, second] = additionals.filter((record) => record.type === TYPE.OPT);
  if (opt === undefined) return null;
  if (second !== undefined) throw formatError('More than one OPT record');
  return { udpSize: opt.class, version: (opt.ttl >>> 16) & 0xff, dnssecOk: (opt.ttl & 0x8000) !== 0 };
}
