import { z } from 'zod';
import { sshFields, sshPlaceOf } from '../../plugins/host-fields.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { endpointsOf } from '../../plugins/served-at.ts';
import { createFileDriver } from '../_hosts/file-target.ts';
import { filesOf, reloadOf, targetFields } from '../_hosts/target-fields.ts';
import type { ApplianceDriver } from '../driver.ts';

export const sftpSettings = z.object({ ...sshFields(), ...targetFields({ keepOld: 2 }) });

type SftpSettings = z.output<typeof sftpSettings>;

export function createSftpDriver(settings: SftpSettings, deps: PluginDeps): ApplianceDriver {
  return createFileDriver({ ...readTarget(settings), product: 'Files over SFTP' }, deps);
}

/** @throws AppError INVALID_SETTINGS */
export function readTarget(settings: SftpSettings) {
  const { owner, keepOld, servedAt } = settings;
  return {
    place: sshPlaceOf(settings),
    files: filesOf(settings),
    reload: reloadOf(settings),
    endpoints: endpointsOf(servedAt),
    owner,
    keepOld,
  };
}
