import { readCsr } from '../domain/certificate.ts';
import { AppError } from '../domain/errors.ts';
import type { KeyKind } from '../domain/key-kind.ts';
import { Secret } from '../domain/secret.ts';
import { makeCsr, makeKey, readKey } from '../plugins/keys.ts';
import type { Vault } from '../store/store.ts';

/**
 * The private keys that certferry makes for one connection. They lie in the vault, each under the SHA-256 of its
 * SubjectPublicKeyInfo, so that a CSR or a certificate names its key, and facts need to hold none.
 */
export interface OwnKeys {
  /** Makes a key, stores it, and only then returns a request (PEM) that is signed with it. */
  request(kind: KeyKind, names: RequestedNames): Promise<string>;
  /** A request that is signed with a stored key. @throws AppError KEY_MISSING */
  requestAgain(spkiSha256: string, names: RequestedNames): Promise<string>;
  /** PKCS#8, PEM; null when it was never stored, or is forgotten. */
  find(spkiSha256: string): Promise<Secret | null>;
}

export interface RequestedNames {
  readonly commonName: string;
  /** Includes `commonName`. */
  readonly dnsNames: readonly string[];
}

/** The vault entries of keys begin with this; no credential that people name does. */
export const KEY_ENTRY = 'key:';

export function ownKeys(vault: Vault, connectionId: number): OwnKeys {
  const entry = (spkiSha256: string) => keyEntry(connectionId, spkiSha256);
  const find = async (spkiSha256: string) => (await vault.get(entry(spkiSha256)))?.fields.pem ?? null;
  return {
    find,
    async request(kind, { commonName, dnsNames }) {
      const key = await makeKey(kind);
      const csrPem = await makeCsr(key, commonName, dnsNames);
      await vault.put(entry(readCsr(csrPem).key.spkiSha256), {
        plugin: 'key',
        fields: { pem: new Secret(key.keyPem) },
      });
      return csrPem;
    },
    async requestAgain(spkiSha256, { commonName, dnsNames }) {
      const pem = await find(spkiSha256);
      if (!pem) throw keyMissing();
      return await makeCsr(await readKey(pem.reveal()), commonName, dnsNames);
    },
  };
}

export function keyEntry(connectionId: number, spkiSha256: string): string {
  return `${KEY_ENTRY}${connectionId}:${spkiSha256}`;
}

export interface KeyEntry {
  /** Of the vault entry. */
  readonly name: string;
  readonly connectionId: number;
  readonly spkiSha256: string;
}

/** Those among the names of vault entries that are of keys. */
export function keyEntriesIn(names: readonly string[]): readonly KeyEntry[] {
  return names.flatMap((name) => {
    if (!name.startsWith(KEY_ENTRY)) return [];
    const [id, spkiSha256] = name.slice(KEY_ENTRY.length).split(':');
    return id === undefined || spkiSha256 === undefined ? [] : [{ name, connectionId: Number(id), spkiSha256 }];
  });
}

/** Removes all keys of a connection. */
export async function forgetKeysOf(vault: Vault, connectionId: number): Promise<void> {
  const own = keyEntriesIn(await vault.names()).filter((entry) => entry.connectionId === connectionId);
  for (const { name } of own) await vault.remove(name);
}

export function keyMissing(): AppError {
  return new AppError('KEY_MISSING', 'The private key that belongs to this certificate is no longer stored.');
}
