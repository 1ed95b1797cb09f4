/** Signatures over requests and answers, RFC 8945. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { CLASS, TYPE } from './codes.ts';
import { canonicalName } from './names.ts';
import { formatError, type Message, Reader, type WireRecord, writeName } from './wire.ts';

export interface TsigKey {
  readonly name: string;
  readonly algorithm: 'hmac-sha256' | 'hmac-sha512';
  /** Base64. */
  readonly secret: string;
}

export const TSIG_ERROR = { NONE: 0, BADSIG: 16, BADKEY: 17, BADTIME: 18, BADTRUNC: 22 } as const;

/** What the signature of a request turned out to be, with all that is needed to sign the answer. */
export interface TsigCheck {
  /** One of TSIG_ERROR. */
  readonly error: number;
  readonly request: TsigFields;
}

interface TsigFields {
  readonly keyName: string;
  readonly algorithm: string;
  /** Seconds since 1970. */
  readonly timeSigned: number;
  /** Seconds. */
  readonly fudge: number;
  readonly mac: Buffer;
  readonly originalId: number;
  readonly error: number;
  readonly other: Buffer;
}

/** Null when the request is not signed. @throws RcodeError FORMERR when TSIG is not the one last record. */
export function checkTsig(request: Message, key: TsigKey, nowSeconds: number): TsigCheck | null {
  const record = tsigRecord(request);
  if (record === null) return null;
  const fields = readFields(record);
  return { error: errorOf(request, record, fields, key, nowSeconds), request: fields };
}

/**
 * The answer with its TSIG record. Answers to a wrong key or signature carry no signature, since there is none
 * that the client could trust (section 5.2); BADTIME is signed and tells the time of the server (section 5.2.3).
 */
export function signReply(reply: Buffer, check: TsigCheck, key: TsigKey, nowSeconds: number): Buffer {
  const isLate = check.error === TSIG_ERROR.BADTIME;
  const unsigned: TsigFields = {
    ...check.request,
    timeSigned: isLate ? check.request.timeSigned : nowSeconds,
    mac: Buffer.alloc(0),
    originalId: reply.readUInt16BE(0),
    error: check.error,
    other: isLate ? uint(nowSeconds, 6) : Buffer.alloc(0),
  };
  const canSign = check.error === TSIG_ERROR.NONE || isLate;
  const mac = canSign ? macOf(key, withLength(check.request.mac), reply, unsigned) : unsigned.mac;
  return appendRecord(reply, { ...unsigned, mac });
}

/** Bytes that `signReply` adds. */
export function signatureLength(check: TsigCheck | null): number {
  if (check === null) return 0;
  const names = writeName(check.request.keyName).length + writeName(check.request.algorithm).length;
  const fixedParts = 10 + 16;
  const longestMac = 64;
  const serverTime = 6;
  return names + fixedParts + longestMac + serverTime;
}

function tsigRecord(request: Message): WireRecord | null {
  const all = [...request.answers, ...request.authorities, ...request.additionals];
  const signatures = all.filter((record) => record.type === TYPE.TSIG);
  const [first] = signatures;
  if (first === undefined) return null;
  if (signatures.length > 1 || first !== request.additionals.at(-1)) throw formatError('TSIG is not the last record');
  return first;
}

function readFields(record: WireRecord): TsigFields {
  const reader = new Reader(record.rdata, 0);
  return {
    keyName: record.name,
    algorithm: reader.name(),
    timeSigned: reader.number(6),
    fudge: reader.number(2),
    mac: reader.take(reader.number(2)),
    originalId: reader.number(2),
    error: reader.number(2),
    other: reader.take(reader.number(2)),
  };
}

/** In the order of RFC 8945, section 5.2: key, signature, time. */
function errorOf(request: Message, record: WireRecord, fields: TsigFields, key: TsigKey, nowSeconds: number): number {
  if (fields.keyName !== canonicalName(key.name) || fields.algorithm !== key.algorithm) return TSIG_ERROR.BADKEY;
  const expected = macOf(key, Buffer.alloc(0), unsignedMessage(request, record, fields), fields);
  if (fields.mac.length < expected.length) return TSIG_ERROR.BADTRUNC;
  if (fields.mac.length > expected.length) throw formatError('The MAC is longer than its algorithm makes it');
  if (!timingSafeEqual(fields.mac, expected)) return TSIG_ERROR.BADSIG;
  return Math.abs(nowSeconds - fields.timeSigned) > fields.fudge ? TSIG_ERROR.BADTIME : TSIG_ERROR.NONE;
}

/** The message as it was when the client signed it. */
function unsignedMessage(request: Message, record: WireRecord, fields: TsigFields): Buffer {
  const message = Buffer.from(request.bytes.subarray(0, record.offset));
  message.writeUInt16BE(fields.originalId, 0);
  message.writeUInt16BE(request.additionals.length - 1, 10);
  return message;
}

function macOf(key: TsigKey, requestMac: Buffer, message: Buffer, fields: TsigFields): Buffer {
  return createHmac(key.algorithm.replace('hmac-', ''), Buffer.from(key.secret, 'base64'))
    .update(requestMac)
    .update(message)
    .update(variables(fields))
    .digest();
}

/** RFC 8945, section 4.3.3. */
function variables(fields: TsigFields): Buffer {
  return Buffer.concat([
    writeName(fields.keyName),
    uint(CLASS.ANY, 2),
    uint(0, 4),
    writeName(fields.algorithm),
    uint(fields.timeSigned, 6),
    uint(fields.fudge, 2),
    uint(fields.error, 2),
    withLength(fields.other),
  ]);
}

function appendRecord(reply: Buffer, fields: TsigFields): Buffer {
  const rdata = Buffer.concat([
    writeName(fields.algorithm),
    uint(fields.timeSigned, 6),
    uint(fields.fudge, 2),
    withLength(fields.mac),
    uint(fields.originalId, 2),
    uint(fields.error, 2),
    withLength(fields.other),
  ]);
  const owner = [writeName(fields.keyName), uint(TYPE.TSIG, 2), uint(CLASS.ANY, 2), uint(0, 4)];
  const signed = Buffer.concat([reply, ...owner, withLength(rdata)]);
  signed.writeUInt16BE(signed.readUInt16BE(10) + 1, 10);
  return signed;
}

function withLength(bytes: Buffer): Buffer {
  return Buffer.concat([uint(bytes.length, 2), bytes]);
}

function uint(value: number, length: 2 | 4 | 6): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}
