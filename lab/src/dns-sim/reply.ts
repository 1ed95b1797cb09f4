import { RCODE, TYPE } from './codes.ts';
import { encodeRecord, type StoredRecord } from './records.ts';
import { HEADER_LENGTH, type Message, writeName } from './wire.ts';

/** What a server answers, before it is bytes. */
export interface Reply {
  readonly rcode: number;
  readonly authoritative?: boolean;
  readonly recursionAvailable?: boolean;
  readonly answers?: readonly StoredRecord[];
  readonly authorities?: readonly StoredRecord[];
  readonly additionals?: readonly StoredRecord[];
}

/** Bytes; what DNS servers have agreed on to avoid fragments since the "DNS flag day 2020". */
const OWN_UDP_SIZE = 1232;

/** Bytes; what every client must take without EDNS (RFC 1035, section 4.2.1). */
const MIN_UDP_SIZE = 512;

/** How many bytes may be answered over UDP. */
export function udpLimit(request: Message): number {
  return Math.min(OWN_UDP_SIZE, Math.max(MIN_UDP_SIZE, request.edns?.udpSize ?? 0));
}

/**
 * The reply in at most `limit` bytes. Additional records are dropped without a word when it is too long;
 * when that is not enough, it is empty and says so with TC (RFC 2181, section 9).
 */
export function encodeReply(request: Message, reply: Reply, limit: number): Buffer {
  const shorter = { ...reply, additionals: [] };
  const fitting = [reply, shorter].map((one) => encode(request, one, false)).find((bytes) => bytes.length <= limit);
  return fitting ?? encode(request, { ...shorter, answers: [], authorities: [] }, true);
}

function encode(request: Message, reply: Reply, truncated: boolean): Buffer {
  const sections = [reply.answers ?? [], reply.authorities ?? [], reply.additionals ?? []];
  const records = sections.flat().map((record) => encodeRecord(owner(request, record.name), record));
  const opt = request.edns === null ? [] : [encodeOpt(request.edns.dnssecOk, reply.rcode)];
  const [answers = 0, authorities = 0, additionals = 0] = sections.map((section) => section.length);

  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt16BE(request.id, 0);
  header.writeUInt16BE(flagsOf(request, reply, truncated), 2);
  header.writeUInt16BE(request.questions.length, 4);
  header.writeUInt16BE(answers, 6);
  header.writeUInt16BE(authorities, 8);
  header.writeUInt16BE(additionals + opt.length, 10);
  return Buffer.concat([header, request.questionBytes, ...records, ...opt]);
}

function flagsOf(request: Message, reply: Reply, truncated: boolean): number {
  const response = 0x8000;
  return (
    response |
    (request.opcode << 11) |
    (reply.authoritative ? 0x0400 : 0) |
    (truncated ? 0x0200 : 0) |
    (request.recursionDesired ? 0x0100 : 0) |
    (reply.recursionAvailable ? 0x0080 : 0) |
    (reply.rcode & 0xf)
  );
}

/** The name of the question is pointed at, as real servers do, and so keeps the spelling of the question. */
function owner(request: Message, name: string): Buffer {
  return request.questions[0]?.name === name ? Buffer.of(0xc0, HEADER_LENGTH) : writeName(name);
}

/** RFC 6891: the upper bits of the response code, version 0, and the DO bit repeated. */
function encodeOpt(dnssecOk: boolean, rcode: number): Buffer {
  const opt = Buffer.alloc(11);
  opt.writeUInt16BE(TYPE.OPT, 1);
  opt.writeUInt16BE(OWN_UDP_SIZE, 3);
  opt.writeUInt8(rcode >> 4, 5);
  opt.writeUInt16BE(dnssecOk ? 0x8000 : 0, 7);
  return opt;
}

export function refused(): Reply {
  return { rcode: RCODE.REFUSED };
}
