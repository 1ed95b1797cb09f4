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

/** Makes a key pair that nobody else has. */
export type KeyMaker = (kind: KeyKind, hash: HashName) => Promise<webcrypto.CryptoKeyPair>;

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
  readonly #make: KeyMaker;

  constructor(make: KeyMaker = newKeys) {
    this.#make = make;
  }

  of(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
    const id = JSON.stringify(kind);
    const keys = this.#keys.get(id) ?? this.#make(kind, usualHash(kind));
    this.#keys.set(id, keys);
    return keys;
  }
}

/**
 * Keys that one lab after the other uses, because making RSA keys takes time. Within a lab each is used once, so that a
 * new request has a new key there. For tests whose labs do not know each other.
 */
export class KeyStock {
  readonly #made = new Map<string, Promise<webcrypto.CryptoKeyPair>[]>();

  /** For one lab. */
  maker(): KeyMaker {
    const used = new Map<string, number>();
    return (kind, hash) => {
      const id = JSON.stringify([kind, hash]);
      const index = used.get(id) ?? 0;
      used.set(id, index + 1);
      return this.#numbered(id, index, () => newKeys(kind, hash));
    };
  }

  #numbered(id: string, index: number, make: () => Promise<webcrypto.CryptoKeyPair>) {
    const made = this.#made.get(id) ?? [];
    this.#made.set(id, made);
    const keys = made[index] ?? make();
    made[index] = keys;
    return keys;
  }
}
