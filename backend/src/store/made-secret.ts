import { randomBytes } from 'node:crypto';
import { Secret } from '../domain/secret.ts';
import type { Store } from './store.ts';

/** 256 random bits that the daemon keeps in its vault for itself, made when they are asked for the first time. @throws AppError VAULT_DAMAGED */
export async function madeSecret({ vault }: Pick<Store, 'vault'>, entry: string, field: string): Promise<Secret> {
  const kept = (await vault.get(entry))?.fields[field];
  if (kept) return kept;
  const made = new Secret(randomBytes(32).toString('base64url'));
  await vault.put(entry, { plugin: 'self', fields: { [field]: made } });
  return made;
}
