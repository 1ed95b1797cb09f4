import { access, constants, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Linux keeps files in memory. Every commit of the daemon waits for the disk, which teaches a test nothing. */
const IN_MEMORY = '/dev/shm';

/** A new folder, in memory where the system can. What is in it outlives a killed process. */
export async function scratchFolder(prefix: string): Promise<string> {
  const parent = await access(IN_MEMORY, constants.W_OK).then(
    () => IN_MEMORY,
    () => tmpdir(),
  );
  return await mkdtemp(join(parent, prefix));
}
