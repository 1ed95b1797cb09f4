import { constants } from 'node:fs';
import { chmod, lchown, lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { type FileLook, type FileSystem, fileFailure, folderOf, type Trouble } from './file-system.ts';

/** The user `certferry` runs as decides what may be read and written. `chown` is asked for owners that are names. */
export function localFiles(chown: (owner: string, path: string) => Promise<void>): FileSystem {
  const host = 'this host';
  const doing = async <T>(path: string, what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw fileFailure(host, path, what, troubleOf(cause), { cause, said: wordsOf(cause) });
    }
  };
  return {
    host,
    look: (path) => doing(path, 'cannot be looked at', () => unlessMissing(() => look(path))),
    read: (path) => doing(path, 'cannot be read', () => unlessMissing(() => readFile(path, 'utf8'))),
    create: (path, content) => doing(path, 'cannot be written', () => create(path, content)),
    setMode: (path, mode) => doing(path, 'cannot be given its mode', () => chmod(path, mode)),
    setOwner: (path, owner) => {
      const [uid, gid = -1] = owner.split(':').map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
      if (uid === undefined || Number.isNaN(uid) || Number.isNaN(gid)) return chown(owner, path);
      return doing(path, `cannot be given the owner ${owner}`, () => lchown(path, uid, gid));
    },
    rename: (from, to) =>
      doing(to, 'cannot be replaced', async () => {
        await rename(from, to);
        await syncFolder(folderOf(to));
      }),
    makeFolder: (path) => doing(path, 'cannot be made', () => mkdir(path)),
    remove: (path) => doing(path, 'cannot be removed', () => rm(path, { force: true })),
    list: (folder) => doing(folder, 'cannot be listed', () => readdir(folder)),
  };
}

async function look(path: string): Promise<FileLook> {
  const stats = await lstat(path);
  const { uid, gid, mode } = stats;
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other';
  return { kind, mode: mode & 0o7777, uid, gid };
}

async function create(path: string, content: string): Promise<void> {
  await using file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  await file.writeFile(content);
  await file.sync();
}

/** So that the new name outlives a loss of power. Where a folder cannot be opened or synced, that is all that is lost. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    return;
  }
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (err) {
    if (codeOf(err) === 'ENOENT') return null;
    throw err;
  }
}

const CODES: Readonly<Record<string, Trouble>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'readOnly',
  ENOSPC: 'full',
  EDQUOT: 'full',
};

function troubleOf(cause: unknown): Trouble {
  return CODES[codeOf(cause)] ?? 'other';
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
