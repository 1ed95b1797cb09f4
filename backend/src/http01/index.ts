import { AppError } from '../domain/errors.ts';
import { listener } from './listener/index.ts';
import { manual } from './manual/index.ts';
import type { HttpSolverPlugin } from './solver.ts';
import { webroot } from './webroot/index.ts';
import { webrootSftp } from './webroot-sftp/index.ts';

/** All ways to place HTTP challenges, in the order of the picker. index.test.ts compares the list with the folders. */
export const httpSolverPlugins: readonly HttpSolverPlugin[] = [listener, webroot, webrootSftp, manual];

/** @throws AppError INVALID_SETTINGS when there is none with this id. */
export function httpSolverPlugin(id: string): HttpSolverPlugin {
  const plugin = httpSolverPlugins.find((candidate) => candidate.id === id);
  if (plugin) return plugin;
  const known = httpSolverPlugins.map((candidate) => candidate.id).join(', ');
  throw new AppError('INVALID_SETTINGS', `There is no way "${id}" to place HTTP challenges. Known are: ${known}.`);
}
