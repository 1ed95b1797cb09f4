import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Secret } from '../domain/secret.ts';
import { isSealedWith } from './kysely/open.ts';
import { masterKeyBytes } from './master-key.ts';
import { readIfThere, syncFolder, writePrivateFile } from './private-files.ts';

/** Where a data folder keeps its master key, and the next one while it is being changed. */
export interface KeyFiles {
  readonly dataDir: string;
  readonly databaseFile: string;
}

export function keyFile(dataDir: string): string {
  return join(dataDir, 'master.key');
}

export function writeNextKey(dataDir: string, key: Secret): Promise<void> {
  return writePrivateFile(nextKeyFile(dataDir), `${key.reveal()}\n`);
}

/** The key of a change that was interrupted after the database had it; null when there is none. Changes nothing. */
export async function interruptedKey({ dataDir, databaseFile }: KeyFiles): Promise<string | null> {
  const text = (await readIfThere(nextKeyFile(dataDir)))?.trim() ?? null;
  return text !== null && isKeyOf(databaseFile, text) ? text : null;
}

/**
 * Ends what an interrupted change of the master key left: the next key takes its place when the database has it, and is
 * forgotten otherwise. The old key stays beside it. Only for whoever holds the folder.
 *
 * Returns the name of the file with the old key; null when there was nothing to end, or it was forgotten.
 */
export async function settleKeyFile(
  { dataDir, databaseFile }: KeyFiles,
  now: Date,
  onKept: () => void = () => {},
): Promise<string | null> {
  const next = await interruptedKey({ dataDir, databaseFile });
  if (next === null) {
    await rm(nextKeyFile(dataDir), { force: true });
    return null;
  }
  const old = await readIfThere(keyFile(dataDir));
  const kept = `${keyFile(dataDir)}.before-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  if (old !== null) await writePrivateFile(kept, old);
  onKept();
  await rename(nextKeyFile(dataDir), keyFile(dataDir));
  await syncFolder(dataDir);
  return old === null ? null : basename(kept);
}

function nextKeyFile(dataDir: string): string {
  return `${keyFile(dataDir)}.next`;
}

function isKeyOf(databaseFile: string, text: string): boolean {
  const key = new Secret(text);
  return masterKeyBytes(key) !== null && isSealedWith(databaseFile, key);
}
