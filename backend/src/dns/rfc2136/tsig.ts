import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { afterName, afterRecord, RECORD_FIXED_LENGTH, u16, u32, u48, wireName } from './bytes.ts';

/** Transaction signatures, RFC 8945. */
export interface TsigKey {
  /** Canonical (dns/names.ts). */
  readonly name: string;
  readonly algorithm: keyof typeof DIGESTS;
  /** Base64, as tsig-keygen prints it. */
  readonly secret: Secret;
}

export interface Signed {
  readonly message: Buffer;
  readonly mac: Buffer;
}

/**
 * `signed`: made with our key, for our request, within the time allowed.
 * `unsigned`: without a signature; only a refusal of the key may be so.
 * `forged`: with a signature that does not fit.
 */
export interface Verdict {
  readonly status: 'signed' | 'unsigned' | 'forged';
  /** The error field of the signature (16 BADSIG, 17 BADKEY, 18 BADTIME); 0 when there is none. */
  readonly error: number;
  /** The clock of the server, where it says so. */
  readonly serverTime: Date | null;
}

const DIGESTS = { 'hmac-sha256': 'sha256', 'hmac-sha512': 'sha512' } as const;
const TYPE_TSIG = 250;
const CLASS_ANY = 255;
const ERROR_BADTIME = 18;
/** Recommended in section 10. */
const FUDGE_SECONDS = 300;
const HEADER_LENGTH = 12;

/** @throws AppError INVALID_SETTINGS when the secret is not base64. */
export function sign(message: Buffer, key: TsigKey, now: Date): Signed {
  const timers: Timers = { timeSigned: seconds(now), fudge: FUDGE_SECONDS, error: 0, other: Buffer.alloc(0) };
  const mac = digest(key, [message, variables(key, timers)]);
  const data = Buffer.concat([
    wireName(key.algorithm),
    u48(timers.timeSigned),
    u16(timers.fudge),
    u16(mac.length),
    mac,
    message.subarray(0, 2),
    u16(0),
    u16(0),
  ]);
  const record = Buffer.concat([wireName(key.name), u16(TYPE_TSIG), u16(CLASS_ANY), u32(0), u16(data.length), data]);
  return { message: Buffer.concat([withAdditionals(message, +1), record]), mac };
}

/** Never throws at what a server sent. */
export function verify(reply: Buffer, key: TsigKey, requestMac: Buffer, now: Date): Verdict {
  const split = splitSafely(reply);
  if (!split) return { status: 'unsigned', error: 0, serverTime: null };
  const { message, tsig } = split;
  const verdict = { error: tsig.error, serverTime: serverTimeOf(tsig) };
  if (tsig.mac.length === 0) return { ...verdict, status: 'unsigned' };
  const expected = digest(key, [u16(requestMac.length), requestMac, message, variables(key, tsig)]);
  const fits = tsig.mac.length === expected.length && timingSafeEqual(tsig.mac, expected);
  const inTime = tsig.error === ERROR_BADTIME || Math.abs(seconds(now) - tsig.timeSigned) <= tsig.fudge;
  return { ...verdict, status: fits && inTime ? 'signed' : 'forged' };
}

interface Timers {
  /** Seconds since 1970. */
  readonly timeSigned: number;
  readonly fudge: number;
  readonly error: number;
  readonly other: Buffer;
}

interface TsigRecord extends Timers {
  readonly mac: Buffer;
}

/** Section 4.3.3. Our own key name and algorithm stand in: a reply under others cannot fit anyway. */
function variables(key: TsigKey, { timeSigned, fudge, error, other }: Timers): Buffer {
  return Buffer.concat([
    wireName(key.name),
    u16(CLASS_ANY),
    u32(0),
    wireName(key.algorithm),
    u48(timeSigned),
    u16(fudge),
    u16(error),
    u16(other.length),
    other,
  ]);
}

function digest({ algorithm, secret }: TsigKey, parts: readonly Buffer[]): Buffer {
  const encoded = secret.reveal().replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || encoded.length % 4 !== 0) {
    throw new AppError('INVALID_SETTINGS', 'The TSIG secret is not base64, as tsig-keygen prints it.');
  }
  const hmac = createHmac(DIGESTS[algorithm], Buffer.from(encoded, 'base64'));
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

function splitSafely(reply: Buffer): { message: Buffer; tsig: TsigRecord } | null {
  try {
    return split(reply);
  } catch (err) {
    if (err instanceof RangeError) return null;
    throw err;
  }
}

/** A signature is the last record, and is not part of what it signs. @throws RangeError when the bytes end too early. */
function split(reply: Buffer): { message: Buffer; tsig: TsigRecord } | null {
  const [questions = 0, answers = 0, authorities = 0, additionals = 0] = [4, 6, 8, 10].map((at) =>
    reply.readUInt16BE(at),
  );
  if (additionals === 0) return null;
  let at = HEADER_LENGTH;
  for (let n = 0; n < questions; n += 1) at = afterName(reply, at) + 4;
  for (let n = 0; n < answers + authorities + additionals - 1; n += 1) at = afterRecord(reply, at);
  const fixed = afterName(reply, at);
  if (reply.readUInt16BE(fixed) !== TYPE_TSIG) return null;
  const tsig = readTsig(reply.subarray(fixed + RECORD_FIXED_LENGTH, afterRecord(reply, at)));
  return { message: withAdditionals(reply.subarray(0, at), -1), tsig };
}

function readTsig(data: Buffer): TsigRecord {
  const at = afterName(data, 0);
  const macEnd = at + 10 + data.readUInt16BE(at + 8);
  const otherLength = data.readUInt16BE(macEnd + 4);
  return {
    timeSigned: data.readUIntBE(at, 6),
    fudge: data.readUInt16BE(at + 6),
    mac: data.subarray(at + 10, macEnd),
    error: data.readUInt16BE(macEnd + 2),
    other: data.subarray(macEnd + 6, macEnd + 6 + otherLength),
  };
}

/** A BADTIME reply repeats the time of the request and tells its own in "other data" (section 5.2.3). */
function serverTimeOf({ error, other, timeSigned }: TsigRecord): Date | null {
  if (error === ERROR_BADTIME) return other.length === 6 ? new Date(other.readUIntBE(0, 6) * 1000) : null;
  return timeSigned === 0 ? null : new Date(timeSigned * 1000);
}

function withAdditionals(message: Buffer, change: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(copy.readUInt16BE(10) + change, 10);
  return copy;
}

function seconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}
