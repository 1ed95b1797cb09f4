import { AppError } from '../domain/errors.ts';
import type { FileHost, HostPlace } from '../plugins/file-host.ts';
import type { HttpSolverDeps } from './solver.ts';

/** @throws AppError INVALID_SETTINGS where no files may be touched, and what `FileHosts.open` throws */
export function openPlace(
  { fileHosts }: Pick<HttpSolverDeps, 'fileHosts'>,
  place: HostPlace,
  signal: AbortSignal,
): Promise<FileHost> {
  if (fileHosts) return fileHosts.open(place, signal);
  throw new AppError('INVALID_SETTINGS', 'This process may not touch files.');
}
