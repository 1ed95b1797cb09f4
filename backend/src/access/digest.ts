import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits as URL-safe text: nobody guesses it, so a plain hash of it is enough to keep. */
export function newSecretText(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256, hex. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** In constant time, whatever their lengths. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
