import { access, constants, stat } from 'node:fs/promises';
import { AppError } from '../../domain/errors.ts';

/** @throws AppError INVALID_SETTINGS when there is no file at `path` that the user of certferry may run. */
export async function requireExecutable(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new AppError('INVALID_SETTINGS', `There is no file ${path}.`);
  await access(path, constants.X_OK).catch((cause: unknown) => {
    throw new AppError('INVALID_SETTINGS', `${path} is not executable for the user of certferry.`, { cause });
  });
}
