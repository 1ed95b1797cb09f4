import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import type { Clock } from '../plugins/plugin.ts';
import { holdFolder } from '../store/folder-lock.ts';
import { openStore } from '../store/kysely/open.ts';
import { ensureWritableFolder, FOLDER_MODE } from '../store/private-files.ts';
import { ASIDE, type Kept, type Manifest, readArchive } from './archive.ts';
import { RESTORING } from './leftovers.ts';

export interface Place extends Kept {
  readonly dataDir: string;
}

/**
 * Puts what an archive holds in the place of an installation that is empty, or that is moved aside when `replace` says
 * so. Everything is unpacked and opened with the master key before anything is moved.
 *
 * @throws AppError CONFLICT when a daemon runs there, or data is there and `replace` is false; VAULT_KEY_MISMATCH,
 *   SCHEMA_NEWER, INVALID_SETTINGS
 */
export async function restore(
  archive: string,
  place: Place,
  { masterKey, replace, clock }: { readonly masterKey: Secret; readonly replace: boolean; readonly clock: Clock },
): Promise<{ readonly manifest: Manifest; readonly movedTo: readonly string[] }> {
  using _lock = await holdFolder(place.dataDir);
  if (!replace && (await isUsed(place))) {
    throw new AppError(
      'CONFLICT',
      `There is an installation in ${place.dataDir} or ${place.accountsDir}. Give --replace to move it aside.`,
    );
  }
  await ensureWritableFolder(place.accountsDir);
  await ensureWritableFolder(dirname(place.databaseFile));
  // Keys of accounts are in clear there: the data folder never holds one.
  const stage = await mkdtemp(join(place.accountsDir, RESTORING));
  const landing = await mkdtemp(join(dirname(place.databaseFile), RESTORING));
  try {
    const { manifest, ...parts } = await readArchive(archive, masterKey, stage);
    await openAndNote(parts.databaseFile, { masterKey, clock, manifest });
    // The two folders may lie on different file systems.
    const database = join(landing, basename(parts.databaseFile));
    await copyFile(parts.databaseFile, database);
    const movedTo = replace ? await moveAside(place, clock.now()) : [];
    await cp(parts.accountsDir, place.accountsDir, { recursive: true });
    // The database comes last: without it, the next try finds the place as empty as this one did.
    await rename(database, place.databaseFile);
    return { manifest, movedTo };
  } finally {
    for (const folder of [stage, landing]) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Opening it brings its schema up to date, and proves that its secrets belong to the master key. That it was restored is the next
 * thing that the audit in it says: what others did between the archive and now is not in it.
 */
async function openAndNote(
  file: string,
  { masterKey, clock, manifest }: { readonly masterKey: Secret; readonly clock: Clock; readonly manifest: Manifest },
): Promise<void> {
  await using store = await openStore({ file, masterKey, clock });
  await store.audit.append({
    actor: 'local operator',
    role: 'admin',
    address: null,
    action: 'backup.restore',
    subject: 'installation',
    outcome: 'done',
    detail: { stateOf: manifest.createdAt, madeByVersion: manifest.version },
  });
}

async function isUsed({ databaseFile, accountsDir }: Place): Promise<boolean> {
  return existsSync(databaseFile) || (await holdsAccounts(accountsDir));
}

async function holdsAccounts(accountsDir: string): Promise<boolean> {
  for (const folder of ['issuers', 'connections']) {
    const path = join(accountsDir, folder);
    if (existsSync(path) && (await readdir(path)).length > 0) return true;
  }
  return false;
}

/** Each part within its own folder, so that keys of accounts stay where they were. Returns the folders that were made. */
async function moveAside({ dataDir, databaseFile, accountsDir }: Place, now: Date): Promise<readonly string[]> {
  const name = `${ASIDE}${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const database = ['', '-wal', '-shm'].map((suffix) => `${databaseFile}${suffix}`);
  const accounts = ['issuers', 'connections'].map((folder) => join(accountsDir, folder));
  const made = [await moveInto(join(dataDir, name), database), await moveInto(join(accountsDir, name), accounts)];
  return made.flat();
}

/** Returns `[folder]`, or nothing when none of `paths` is there. */
async function moveInto(folder: string, paths: readonly string[]): Promise<readonly string[]> {
  const there = paths.filter((path) => existsSync(path));
  if (there.length === 0) return [];
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  for (const path of there) await rename(path, join(folder, basename(path)));
  return [folder];
}
