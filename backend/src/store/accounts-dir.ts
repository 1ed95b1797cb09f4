import { createHash } from 'node:crypto';
import { appendFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folder } from '../issuers/issuer.ts';
import {
  correctMode,
  ensurePrivateFolder,
  ensureWritableFolder,
  FILE_MODE,
  FOLDER_MODE,
  isMissing,
  readIfThere,
  writePrivateFile,
} from './private-files.ts';

/**
 * The folder accounts/: the only place that knows its layout, which accounts/README.md describes.
 * Names are made safe for a file system: whatever they hold, nothing outside of the folder is touched.
 */
export interface AccountsDir {
  /** Different names never share a folder. */
  issuerFolder(name: string): Folder;
  /** One folder per id: when `firstName` has changed, the folder is renamed at its next use. */
  connectionFolder(owner: ConnectionFolderOwner): ConnectionFolder;
}

export interface ConnectionFolderOwner {
  readonly id: number;
  /** The first of the connection's DNS names. */
  readonly firstName: string;
}

export interface ConnectionFolder extends Folder {
  /** Adds whole lines to renewal.log. */
  appendLog(text: string): Promise<void>;
  /** Keeps `files` in `history/<serial>/`. Repeatable. */
  archive(serial: string, files: Readonly<Record<string, string>>): Promise<void>;
  /** The folder `exchanges/`. */
  readonly exchanges: RecordingsFolder;
}

/** A file for each renewal, named by what sorts by time. */
export interface RecordingsFolder extends Folder {
  /** Removes all files but the last `count` by name. */
  keepLast(count: number): Promise<void>;
}

/**
 * Makes the folder with mode 0700, and corrects the modes of what is in it.
 *
 * @throws AppError INVALID_SETTINGS when it cannot be written to.
 */
export async function createAccountsDir(path: string): Promise<AccountsDir> {
  const issuers = join(path, 'issuers');
  const connections = join(path, 'connections');
  await ensureWritableFolder(path);
  for (const folder of [issuers, connections]) {
    await ensureWritableFolder(folder);
    await correctModesIn(folder);
  }
  return {
    issuerFolder: (name) => folderAt(async () => join(issuers, distinctName(name))),
    connectionFolder: (owner) => connectionFolderIn(connections, owner),
  };
}

/** To read what is there, beside a daemon or without one: makes, renames and corrects nothing. */
export function accountsDirToRead(path: string): Pick<AccountsDir, 'issuerFolder' | 'connectionFolder'> {
  const parent = join(path, 'connections');
  return {
    issuerFolder: (name) => folderAt(async () => join(path, 'issuers', distinctName(name))),
    connectionFolder: (owner) =>
      connectionFolderIn(parent, owner, async (wanted) => (await foldersOf(parent, owner.id))[0] ?? wanted),
  };
}

function connectionFolderIn(
  parent: string,
  { id, firstName }: ConnectionFolderOwner,
  prepare = async (wanted: string) => {
    await renameEarlier(parent, id, wanted);
    return wanted;
  },
): ConnectionFolder {
  const locate = async () => join(parent, await prepare(`${safeName(firstName)}-${id}`));
  return {
    ...folderAt(locate),
    async appendLog(text) {
      const path = await locate();
      await ensurePrivateFolder(path);
      await appendFile(join(path, 'renewal.log'), text.endsWith('\n') ? text : `${text}\n`, { mode: FILE_MODE });
    },
    async archive(serial, files) {
      const folder = folderAt(async () => {
        const history = join(await locate(), 'history');
        await ensurePrivateFolder(history);
        return join(history, safeName(serial));
      });
      for (const [name, text] of Object.entries(files)) await folder.write(name, text);
    },
    exchanges: recordingsIn(async () => join(await locate(), 'exchanges')),
  };
}

function recordingsIn(locate: () => Promise<string>): RecordingsFolder {
  return {
    ...folderAt(locate),
    async keepLast(count) {
      const path = await locate();
      const names = (await readdir(path)).sort();
      for (const name of names.slice(0, Math.max(0, names.length - count))) await rm(join(path, name), { force: true });
    },
  };
}

function folderAt(locate: () => Promise<string>): Folder {
  return {
    async read(name) {
      return readIfThere(join(await locate(), safeName(name)));
    },
    async write(name, text) {
      const path = await locate();
      await ensurePrivateFolder(path);
      await writePrivateFile(join(path, safeName(name)), text);
    },
  };
}

async function renameEarlier(parent: string, id: number, wanted: string): Promise<void> {
  const ofThisId = await foldersOf(parent, id);
  const [earlier] = ofThisId;
  if (earlier === undefined || ofThisId.includes(wanted)) return;
  try {
    await rename(join(parent, earlier), join(parent, wanted));
  } catch (error) {
    // Another use of the same folder was quicker.
    if (!isMissing(error)) throw error;
  }
}

async function foldersOf(parent: string, id: number): Promise<readonly string[]> {
  return (await readdir(parent)).filter((name) => /-(\d+)$/.exec(name)?.[1] === String(id));
}

async function correctModesIn(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    await correctMode(path, entry.isDirectory() ? FOLDER_MODE : FILE_MODE);
    if (entry.isDirectory()) await correctModesIn(path);
  }
}

/** File systems take 255 bytes for a name; what we add to it needs some of them. */
const LONGEST_NAME = 200;

/** `*.example.com` becomes `_.example.com`; separators and leading dots become `_` too. */
function safeName(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
  return safe.slice(0, LONGEST_NAME) || '_';
}

/** A safe name that only this name gets: what had to be altered carries a hash of the original. */
function distinctName(name: string): string {
  const safe = safeName(name);
  if (safe === name) return safe;
  return `${safe}-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}
