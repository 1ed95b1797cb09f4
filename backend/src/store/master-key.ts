import { randomBytes } from 'node:crypto';
import { Secret } from '../domain/secret.ts';

const KEY_BYTES = 32;

/** In words, for whoever has to give one. */
export const MASTER_KEY_FORMAT = '32 random bytes as base64 (44 characters) or hex (64 digits)';

/** The 32 bytes of a master key written as base64 or hex; null when it is neither. */
export function masterKeyBytes(key: Secret): Buffer | null {
  const text = key.reveal().trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  return Buffer.from(text, 'base64');
}

export function newMasterKey(): Secret {
  return new Secret(randomBytes(KEY_BYTES).toString('base64'));
}
