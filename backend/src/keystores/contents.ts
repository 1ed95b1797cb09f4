import { createPrivateKey } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';

/** What is put into a file: a key and the certificates that belong to it. */
export interface KeystoreContents {
  /** PKCS#8, PEM. */
  readonly keyPem: Secret;
  /** PEM, leaf first. */
  readonly certificates: readonly [string, ...string[]];
  /** What the entry is called within the file. */
  readonly alias: string;
}

export interface SealedWith {
  readonly password: Secret;
  /** For what the format writes down of it. */
  readonly now: Date;
}

/** DER of a PEM certificate. */
export function certificateDer(pem: string): Uint8Array {
  const body = pem.replaceAll(/-----(BEGIN|END) CERTIFICATE-----/g, '');
  return new Uint8Array(Buffer.from(body, 'base64'));
}

/** DER of the PKCS#8 key. */
export function keyDer({ keyPem }: Pick<KeystoreContents, 'keyPem'>): Uint8Array {
  return new Uint8Array(createPrivateKey(keyPem.reveal()).export({ type: 'pkcs8', format: 'der' }));
}
