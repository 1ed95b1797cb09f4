import { createHmac } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';

/** `t=1795435200,v1=<hex>`: HMAC-SHA256 of the time, a dot and the body, so that an old request cannot be sent again. */
export function signature(key: Secret, body: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const digest = createHmac('sha256', key.reveal()).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
