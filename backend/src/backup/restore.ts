import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import type { Clock } from '../plugins/plugin.ts';
import { holdFolder } from '../store/folder-lock.ts';
import { openStore } from '../store/kysely/open.ts';
import { ensureWritableFolder, FOLDER_MODE } from '../store/private-files.ts';
import { type Kept, type Manifest, readArchive } from './archive.ts';

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
): Promise<{ readonly manifest: Manifest; readonly movedTo: string | null }> {
  using _lock = await holdFolder(place.dataDir);
  if (!replace && (await isUsed(place))) {
    throw new AppError(
      'CONFLICT',
      `There is an installation in ${place.dataDir} or ${place.accountsDir}. Give --replace to move it aside.`,
    );
  }
  const stage = await mkdtemp(join(place.dataDir, '.restoring-'));
  try {
    const { manifest, ...parts } = await readArchive(archive, masterKey, stage);
    await openAndNote(parts.databaseFile, { masterKey, clock, manifest });
    const movedTo = replace ? await moveAside(place, clock.now()) : null;
    await ensureWritableFolder(place.accountsDir);
    await cp(parts.accountsDir, place.accountsDir, { recursive: true });
    await mkdir(dirname(place.databaseFile), { recursive: true, mode: FOLDER_MODE });
    // The database comes last: without it, the next try finds the place as empty as this one did.
    await rename(parts.databaseFile, place.databaseFile);
    return { manifest, movedTo };
  } finally {
    await rm(stage, { recursive: true, force: true });
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

async function moveAside({ dataDir, databaseFile, accountsDir }: Place, now: Date): Promise<string | null> {
  const aside = join(dataDir, `before-restore-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`);
  await mkdir(aside, { mode: FOLDER_MODE });
  for (const suffix of ['', '-wal', '-shm']) {
    const file = `${databaseFile}${suffix}`;
    if (existsSync(file)) await rename(file, join(aside, `certferry.sqlite${suffix}`));
  }
  for (const folder of ['issuers', 'connections']) {
    const path = join(accountsDir, folder);
    if (!existsSync(path)) continue;
    // accounts/ may lie on another file system than the data folder.
    await cp(path, join(aside, 'accounts', folder), { recursive: true });
    await rm(path, { recursive: true });
  }
  return aside;
}
