import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { MASTER_KEY_FORMAT, masterKeyBytes } from '../master-key.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealed {
  readonly nonce: Uint8Array;
  /** Ciphertext, then the tag. */
  readonly sealed: Uint8Array;
}

/**
 * AES-256-GCM with keys derived from the master key (HKDF, RFC 5869). A random 96-bit nonce for each sealing
 * is safe up to 2^32 of them (NIST SP 800-38D, 8.3).
 */
export class Sealer {
  /** Tells master keys apart and reveals nothing of them. */
  readonly keyId: string;
  readonly #key: Uint8Array;

  /** @throws AppError INVALID_SETTINGS when the master key is not 32 bytes. */
  constructor(masterKey: Secret) {
    const bytes = masterKeyBytes(masterKey);
    if (!bytes) throw new AppError('INVALID_SETTINGS', `The master key must be ${MASTER_KEY_FORMAT}.`);
    this.keyId = Buffer.from(hkdfSync('sha256', bytes, '', 'certferry vault key id', 16)).toString('hex');
    this.#key = Buffer.from(hkdfSync('sha256', bytes, '', 'certferry vault encryption', 32));
  }

  /** `context` is not stored with it, and must be the same to open it. */
  seal(text: string, context: string): Sealed {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(context));
    return { nonce, sealed: Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]) };
  }

  /** Null when it was sealed with another key or context, or changed since. */
  open({ nonce, sealed }: Sealed, context: string): string | null {
    if (nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) return null;
    const split = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(context))
      .setAuthTag(sealed.subarray(split));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, split)), decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }
}
