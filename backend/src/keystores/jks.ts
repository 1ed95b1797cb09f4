import { createHash, randomBytes } from 'node:crypto';
import { certificateDer, type KeystoreContents, keyDer, type SealedWith } from './contents.ts';

/**
 * Java's own key store, for software that takes nothing else; everything newer reads PKCS#12, which is safer. No library for
 * Node.js writes it. The format as pyjks describes it, which reads and writes it too:
 * https://pyjks.readthedocs.io/en/latest/jks.html
 */

const MAGIC = 0xfe_ed_fe_ed;
const VERSION = 2;
const PRIVATE_KEY_ENTRY = 1;
/** Mixed into the digest of the file. */
const WHITENER = 'Mighty Aphrodite';
const SALT_BYTES = 20;
const SHA1_BYTES = 20;

/** EncryptedPrivateKeyInfo with Sun's key protector, 1.3.6.1.4.1.42.2.17.1.1, and no parameters. */
const KEY_PROTECTOR = Buffer.from('300e060a2b060104012a021101010500', 'hex');

/** A JKS file with one entry. Key and file have the same password, as Tomcat and others expect. */
export function jks(contents: KeystoreContents, { password, now }: SealedWith): Buffer {
  const characters = utf16(password.reveal());
  const sealed = encryptedKeyInfo(protect(keyDer(contents), characters));
  const body = Buffer.concat([
    uint32(MAGIC),
    uint32(VERSION),
    uint32(1),
    uint32(PRIVATE_KEY_ENTRY),
    text(contents.alias.toLowerCase()),
    uint64(now.getTime()),
    sized(sealed),
    uint32(contents.certificates.length),
    ...contents.certificates.flatMap((pem) => [text('X.509'), sized(Buffer.from(certificateDer(pem)))]),
  ]);
  return Buffer.concat([body, sha1(characters, Buffer.from(WHITENER, 'utf8'), body)]);
}

/** Salt, the key under a stream of digests that begins with it, and a digest of the key to tell a wrong password by. */
function protect(key: Uint8Array, password: Buffer): Buffer {
  const salt = randomBytes(SALT_BYTES);
  const hidden = Buffer.from(key);
  let digest: Buffer = salt;
  for (let at = 0; at < hidden.length; at += SHA1_BYTES) {
    digest = sha1(password, digest);
    for (const [index, byte] of digest.entries()) {
      const position = at + index;
      if (position < hidden.length) hidden.writeUInt8(hidden.readUInt8(position) ^ byte, position);
    }
  }
  return Buffer.concat([salt, hidden, sha1(password, key)]);
}

function encryptedKeyInfo(data: Buffer): Buffer {
  return der(0x30, Buffer.concat([KEY_PROTECTOR, der(0x04, data)]));
}

function der(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), derLength(content.length), content]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xffff ? 6 : length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

function sha1(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function utf16(password: string): Buffer {
  return Buffer.from(password, 'utf16le').swap16();
}

/** As `java.io.DataOutput.writeUTF` does for characters of ASCII. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function sized(content: Buffer): Buffer {
  return Buffer.concat([uint32(content.length), content]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
