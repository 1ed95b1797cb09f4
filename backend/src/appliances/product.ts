import type { Preset } from '../plugins/plugin.ts';
import { appliancePlugins } from './index.ts';

/** A plugin with the settings of one appliance, as it is stored. */
interface Configured {
  readonly plugin: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What lists tell appliances apart by: the plugin, and the product among those that it is for: `vos/cucm`. */
export function productKey({ plugin: id, settings }: Configured): string {
  const presets = appliancePlugins.find((plugin) => plugin.id === id)?.presets ?? [];
  const isChosen = (preset: Preset) =>
    Object.entries(preset.settings).every(([name, value]) => settings[name] === value);
  // The first is what a plugin takes itself to be for when nothing is said.
  const product = presets.find(isChosen) ?? presets[0];
  return product ? `${id}/${product.id}` : id;
}

/** `Cisco CUCM`; of a plugin that is gone, its id. */
export function productTitle(key: string): string {
  const [id = key, product] = key.split('/');
  const plugin = appliancePlugins.find((each) => each.id === id);
  return plugin?.presets?.find((preset) => preset.id === product)?.title ?? plugin?.title ?? id;
}

/** Where the appliance is, in its settings. */
export function addressOf({ settings: { host, path, servedAt } }: Configured): string | null {
  const [seenAt] = Array.isArray(servedAt) ? servedAt : [];
  return [host, path, seenAt].find((value): value is string => typeof value === 'string') ?? null;
}
