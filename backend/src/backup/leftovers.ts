import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../plugins/plugin.ts';
import { isMissing } from '../store/private-files.ts';

/** How the folders begin in which archives are made, fetched and unpacked. */
export const BACKING_UP = '.backing-up-';
export const FETCHING = '.fetching-';
export const RESTORING = '.restoring-';

const UNFINISHED = [BACKING_UP, FETCHING, RESTORING];

/**
 * Removes what a backup or a restore left in these folders when its process was killed. For whoever holds the data folder: nobody
 * else makes such folders then.
 */
export async function removeLeftovers(folders: readonly string[], log: Logger): Promise<void> {
  for (const folder of folders) {
    const left = (await namesIn(folder)).filter((name) => UNFINISHED.some((beginning) => name.startsWith(beginning)));
    for (const name of left) {
      await rm(join(folder, name), { recursive: true, force: true });
      log.warn({ folder, name }, 'left by a backup or a restore that was killed, and removed');
    }
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw cause;
  }
}
