import { z } from 'zod';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { endpointsOf } from '../../plugins/served-at.ts';
import { createFileDriver } from '../_hosts/file-target.ts';
import { filesOf, reloadOf, targetFields } from '../_hosts/target-fields.ts';
import type { ApplianceDriver } from '../driver.ts';

export const filesSettings = z.object(targetFields({ keepOld: 0 }));

type FilesSettings = z.output<typeof filesSettings>;

export function createFilesDriver(settings: FilesSettings, deps: PluginDeps): ApplianceDriver {
  return createFileDriver({ ...readTarget(settings), product: 'Files', place: { where: 'local' } }, deps);
}

/** @throws AppError INVALID_SETTINGS */
export function readTarget(settings: FilesSettings) {
  const { owner, keepOld, servedAt } = settings;
  const [files, reload, endpoints] = [filesOf(settings), reloadOf(settings), endpointsOf(servedAt)];
  return { files, reload, endpoints, owner, keepOld };
}
