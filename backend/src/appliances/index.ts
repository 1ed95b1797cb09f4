import { AppError } from '../domain/errors.ts';
import { catalystCenter } from './catalyst-center/index.ts';
import { DOWNLOAD_SLOT } from './download/driver.ts';
import { download } from './download/index.ts';
import type { AppliancePlugin, RestartKind } from './driver.ts';
import { expressway } from './expressway/index.ts';
import { files } from './files/index.ts';
import { haproxy } from './haproxy/index.ts';
import { ise } from './ise/index.ts';
import { nginx } from './nginx/index.ts';
import { self } from './self/index.ts';
import { sftp } from './sftp/index.ts';
import { traefik } from './traefik/index.ts';
import { vcenter } from './vcenter/index.ts';
import { vos } from './vos/index.ts';
import { webhook } from './webhook/index.ts';

/** Every appliance product that certferry can renew. One line for each folder beside this file. */
export const appliancePlugins: readonly AppliancePlugin[] = [
  vos,
  ise,
  expressway,
  catalystCenter,
  vcenter,
  nginx,
  haproxy,
  traefik,
  files,
  sftp,
  webhook,
  download,
  self,
];

/** @throws AppError INVALID_SETTINGS for an id that is not in the list. */
export function appliancePlugin(id: string): AppliancePlugin {
  const plugin = appliancePlugins.find((each) => each.id === id);
  if (plugin) return plugin;
  const known = appliancePlugins.map((each) => each.id).join(', ');
  throw new AppError('INVALID_SETTINGS', `"${id}" is no appliance that certferry knows (${known}).`);
}

/** The appliance of a certificate that is registered to be downloaded. */
export const KEPT_FOR_DOWNLOAD = { plugin: download.id, slot: DOWNLOAD_SLOT } as const;

/** Whether what this appliance is issued is only kept, for people to download. */
export function servesNothing({ plugin: id }: { readonly plugin: string }): boolean {
  return appliancePlugins.find((plugin) => plugin.id === id)?.servesNothing === true;
}

/** What a renewal of `slot` would restart there. `free` for a plugin that is gone: nobody shall be promised less. */
export function restartOf(
  { plugin: id, settings }: { readonly plugin: string; readonly settings: Readonly<Record<string, unknown>> },
  slot: string,
): RestartKind {
  const plugin = appliancePlugins.find((each) => each.id === id);
  if (plugin?.restartsNothing) return 'none';
  return plugin?.restartOf?.(slot, settings) ?? 'free';
}
