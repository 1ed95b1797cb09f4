import { existsSync } from 'node:fs';
import { AppError } from './domain/errors.ts';
import type { Secret } from './domain/secret.ts';
import type { Clock } from './plugins/plugin.ts';
import { type KeyFiles, settleKeyFile, writeNextKey } from './store/key-file.ts';
import { openStore } from './store/kysely/open.ts';
import { compactDatabase, resealDatabase } from './store/kysely/reseal.ts';
import { masterKeyBytes } from './store/master-key.ts';

/** What is over when a rotation says so. Between any two of them it may be killed. */
export const ROTATION_STEPS = [
  'begun',
  'next key kept',
  'sealing',
  'sealed',
  'old key kept',
  'key replaced',
  'proved',
  'compacted',
] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

export interface Rotation extends KeyFiles {
  readonly from: Secret;
  readonly to: Secret;
  /** Whether the key lies in the data folder, and is replaced there too. */
  readonly ownKeyFile: boolean;
  readonly clock: Clock;
  readonly onStep?: (step: RotationStep) => void;
}

export interface Rotated {
  readonly entries: number;
  /** Name of the file with the old key in the data folder; null when the key is kept elsewhere. */
  readonly oldKeyFile: string | null;
}

/**
 * Gives the vault another master key. Only for whoever holds the data folder. Killed at any time, it leaves a database that either
 * the old or the new key opens, and where the key is the folder's own, the next start finds which: docs/adr/0028.
 *
 * @throws AppError NOT_FOUND without a database; INVALID_SETTINGS when the key is the same; VAULT_KEY_MISMATCH; VAULT_DAMAGED
 */
export async function rotateVault(rotation: Rotation): Promise<Rotated> {
  const { dataDir, databaseFile, from, to, ownKeyFile, clock, onStep = () => {} } = rotation;
  if (!existsSync(databaseFile)) throw new AppError('NOT_FOUND', `There is no database ${databaseFile}.`);
  if (isSameKey(from, to)) throw new AppError('INVALID_SETTINGS', 'The new master key is the one that is in use.');
  onStep('begun');
  if (ownKeyFile) await writeNextKey(dataDir, to);
  onStep('next key kept');
  let oldKeyFile: string | null = null;
  let entries: number;
  try {
    entries = await resealDatabase({ file: databaseFile, from, to, clock, beforeCommit: () => onStep('sealing') });
    onStep('sealed');
  } finally {
    if (ownKeyFile)
      oldKeyFile = await settleKeyFile({ dataDir, databaseFile }, clock.now(), () => onStep('old key kept'));
  }
  onStep('key replaced');
  await prove(rotation);
  onStep('proved');
  await compactDatabase(databaseFile, to);
  onStep('compacted');
  return { entries, oldKeyFile };
}

/** Opens every secret. @throws AppError VAULT_KEY_MISMATCH, VAULT_DAMAGED */
async function prove({ databaseFile, to, clock }: Rotation): Promise<void> {
  await using store = await openStore({ file: databaseFile, masterKey: to, clock });
  for (const name of await store.vault.names()) await store.vault.get(name);
}

function isSameKey(one: Secret, other: Secret): boolean {
  return masterKeyBytes(one)?.toString('hex') === masterKeyBytes(other)?.toString('hex');
}
