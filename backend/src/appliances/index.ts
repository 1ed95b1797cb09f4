import { AppError } from '../domain/errors.ts';
import type { AppliancePlugin } from './driver.ts';
import { self } from './self/index.ts';
import { vos } from './vos/index.ts';

/** Every appliance product that certferry can renew. One line for each folder beside this file. */
export const appliancePlugins: readonly AppliancePlugin[] = [vos, self];

/** @throws AppError INVALID_SETTINGS for an id that is not in the list. */
export function appliancePlugin(id: string): AppliancePlugin {
  const plugin = appliancePlugins.find((each) => each.id === id);
  if (plugin) return plugin;
  const known = appliancePlugins.map((each) => each.id).join(', ');
  throw new AppError('INVALID_SETTINGS', `"${id}" is no appliance that certferry knows (${known}).`);
}
