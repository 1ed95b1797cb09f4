import { copyFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../domain/errors.ts';
import { ensureWritableFolder, isMissing } from '../store/private-files.ts';
import { type BackupTarget, isArchiveName } from './target.ts';

/** A folder of this machine, or what is mounted there. Made when it is not there. */
export function folderTarget(folder: string): BackupTarget {
  return {
    place: `the folder ${folder}`,
    async put(name, file) {
      await ensureWritableFolder(folder);
      const unfinished = join(folder, `.${name}.unfinished`);
      try {
        await copyFile(file, unfinished);
        await rename(unfinished, join(folder, name));
      } finally {
        await rm(unfinished, { force: true });
      }
    },
    async list() {
      const names = (await namesIn(folder)).filter(isArchiveName).sort();
      return await Promise.all(names.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })));
    },
    async get(name, file) {
      try {
        await copyFile(join(folder, name), file);
      } catch (cause) {
        if (!isMissing(cause)) throw cause;
        throw new AppError('NOT_FOUND', `There is no backup ${name} in ${folder}.`, { cause });
      }
    },
    async remove(name) {
      await rm(join(folder, name), { force: true });
    },
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw cause;
  }
}
