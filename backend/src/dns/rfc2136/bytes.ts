/** The few octet patterns of RFC 1035 that updates and signatures are made of. */

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function u48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

/** Uncompressed and lower case, as signatures need it (RFC 8945, section 4.3.3). `name` has been checked: dns/names.ts. */
export function wireName(name: string): Buffer {
  const labels = name.toLowerCase().split('.').filter(Boolean);
  const parts = labels.flatMap((label) => [Buffer.from([Buffer.byteLength(label)]), Buffer.from(label)]);
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** The offset after the name at `offset`. @throws RangeError when the bytes end before it. */
export function afterName(bytes: Buffer, offset: number): number {
  let at = offset;
  for (;;) {
    const length = bytes.readUInt8(at);
    if (length === 0) return at + 1;
    if ((length & 0xc0) === 0xc0) return at + 2;
    at += length + 1;
  }
}

/** The offset after the resource record at `offset`. @throws RangeError when the bytes end before it. */
export function afterRecord(bytes: Buffer, offset: number): number {
  const fixed = afterName(bytes, offset);
  return fixed + RECORD_FIXED_LENGTH + bytes.readUInt16BE(fixed + 8);
}

/** Type, class, TTL and length of data. */
export const RECORD_FIXED_LENGTH = 10;
