import { constants } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, open, readFile, realpath, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { AppError } from '../domain/errors.ts';

/** Folders and files that only the account of the daemon may read. */

export const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o600;

const PERMISSIONS = 0o777;
const STICKY = 0o1000;

/**
 * Like `ensurePrivateFolder`, and proves by trying that the folder can be written to. For the start of the daemon.
 *
 * @throws AppError INVALID_SETTINGS when it cannot.
 */
export async function ensureWritableFolder(path: string): Promise<void> {
  await ensurePrivateFolder(path);
  await orUnusable(path, () => tryToWriteIn(path));
}

/**
 * Makes `path` a folder of mode 0700. A wrong mode is corrected when the folder is ours; a folder of another owner
 * (a volume of a container) is taken as it is.
 *
 * @throws AppError INVALID_SETTINGS when it is no folder, is shared by all users like /tmp, or cannot be made.
 */
export async function ensurePrivateFolder(path: string): Promise<void> {
  await orUnusable(path, async () => {
    await mkdir(path, { recursive: true, mode: FOLDER_MODE });
    const { mode } = await stat(path);
    if (mode & STICKY)
      throw new AppError('INVALID_SETTINGS', `The folder ${path} is shared by all users; name another.`);
    await correctMode(await realpath(path), FOLDER_MODE);
  });
}

async function orUnusable(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('INVALID_SETTINGS', `certferry cannot write to the folder ${path} (${reason(cause)}).`, {
      cause,
    });
  }
}

/** Sets the permissions of what is ours. Symbolic links and what belongs to others are left alone. */
export async function correctMode(path: string, mode: number): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink() || found.uid !== process.geteuid?.()) return;
  if ((found.mode & PERMISSIONS) !== mode) await chmod(path, mode);
}

/** Afterwards the file holds all of `text` with mode 0600, also after a power failure; before, all of what it held. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await writeFileAtomic(path, text, { encoding: 'utf8', mode: FILE_MODE });
  await syncFolder(dirname(path));
}

/** Null when there is no such file. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Permissions do not tell everything: the file system may be read-only, full, or of a server with a mind of its own. */
async function tryToWriteIn(folder: string): Promise<void> {
  await rmdir(await mkdtemp(join(folder, '.writable-')));
}

/** A rename is durable only when the folder is on disk too. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function reason(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return String(error);
}
