import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../domain/errors.ts';

/**
 * Absolute path of a new folder that nobody else can read. Whoever asks for it removes it.
 *
 * @throws AppError INVALID_SETTINGS where none can be made: a container with a read-only root may have no `/tmp`.
 */
export async function makeTemporaryFolder(prefix: string, parent = tmpdir()): Promise<string> {
  try {
    return await mkdtemp(join(parent, prefix));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'INVALID_SETTINGS',
      `No temporary folder can be made in ${parent} (${why}). Name a folder that can be written to in TMPDIR; in a container mount one: --tmpfs /tmp.`,
      { cause },
    );
  }
}
