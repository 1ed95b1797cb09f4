import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { AppError } from '../domain/errors.ts';
import { ensureWritableFolder, FILE_MODE } from './private-files.ts';

/**
 * Holds the data folder for this process until it is disposed. The operating system lets go of it when the process
 * dies, however it dies: the lock is one of SQLite on a file of its own, and no file has to be removed.
 *
 * @throws AppError CONFLICT when another process holds it.
 */
export async function holdFolder(dataDir: string): Promise<Disposable> {
  await ensureWritableFolder(dataDir);
  const file = join(dataDir, 'daemon.lock');
  closeSync(openSync(file, 'a', FILE_MODE));
  const lock = new SqliteDatabase(file, { timeout: 0 });
  try {
    lock.pragma('locking_mode = exclusive');
    lock.exec('begin exclusive');
  } catch (cause) {
    lock.close();
    throw new AppError('CONFLICT', `Another certferry works with ${dataDir}. Stop it first, or name another folder.`, {
      cause,
    });
  }
  return { [Symbol.dispose]: () => lock.close() };
}
