import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** What a key pair has to be. */
export type KeyKind =
  | { readonly type: 'rsa'; readonly bits: 2048 | 3072 | 4096 }
  | { readonly type: 'ec'; readonly curve: 'P-256' | 'P-384' };

export type HashName = 'SHA-256' | 'SHA-384' | 'SHA-512';

export const RSA_2048: KeyKind = { type: 'rsa', bits: 2048 };
export const EC_P384: KeyKind = { type: 'ec', curve: 'P-384' };

export async function newKeys(kind: KeyKind, hash: HashName): Promise<webcrypto.CryptoKeyPair> {
  const parameters =
    kind.type === 'ec'
      ? { name: 'ECDSA', namedCurve: kind.curve }
      : { name: 'RSASSA-PKCS1-v1_5', hash, modulusLength: kind.bits, publicExponent: new Uint8Array([1, 0, 1]) };
  return await crypto.subtle.generateKey(parameters, true, ['sign', 'verify']);
}

/** The hash that a certificate with such a key is signed with when nobody chose one. */
export function usualHash(kind: KeyKind): HashName {
  return kind.type === 'ec' && kind.curve === 'P-384' ? 'SHA-384' : 'SHA-256';
}

/** PKCS #8 */
export async function keyPemOf(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

/** Keys for the certificates that a node starts with: those of one kind share a key, because making one takes time. */
export class SharedKeys {
  readonly #keys = new Map<string, Promise<webcrypto.CryptoKeyPair>>();

  of(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
    const id = JSON.stringify(kind);
    const keys = this.#keys.get(id) ?? newKeys(kind, usualHash(kind));
    this.#keys.set(id, keys);
    return keys;
  }
}
