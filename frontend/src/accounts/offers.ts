import { useMemo } from 'react';
import type { PluginDeclaration, Preset } from '../api/types.ts';
import type { Tile } from '../ui/tiles.tsx';

/** What a tile stands for: a plugin, and perhaps settings that it gives. */
export interface Offer extends Tile {
  readonly plugin: PluginDeclaration;
  readonly preset: Preset | null;
  /** Fields that it leaves to a person; null: those that the plugin does not fold away. */
  readonly asked: readonly string[] | null;
  /** Settings that it decides: they need no field. */
  readonly fixed: readonly string[];
}

type Settings = Readonly<Record<string, unknown>>;

export function useOffers(plugins: readonly PluginDeclaration[]): readonly Offer[] {
  return useMemo(() => offersOf(plugins), [plugins]);
}

function offersOf(plugins: readonly PluginDeclaration[]): readonly Offer[] {
  return plugins.flatMap((plugin): readonly Offer[] => {
    const { id, title, summary, group, presets } = plugin;
    if (presets.length === 0) return [{ key: id, title, summary, group, plugin, preset: null, asked: null, fixed: [] }];
    return presets.map((preset) => ({
      key: `${id}/${preset.id}`,
      title: preset.title,
      summary: preset.summary,
      group,
      practice: preset.practice === true,
      plugin,
      preset,
      asked: preset.ask,
      fixed: Object.keys(preset.settings).filter((field) => !preset.ask.includes(field)),
    }));
  });
}

/** The tile that settings belong to: the one whose settings they hold, otherwise the last, which gives the least. */
export function offerFor(offers: readonly Offer[], plugin: string, settings: Settings): Offer | null {
  const own = offers.filter((offer) => offer.plugin.id === plugin);
  return (
    own.find(({ preset, plugin: declared }) => preset !== null && holds(declared, settings, preset)) ??
    own.at(-1) ??
    null
  );
}

function holds({ settings: schema }: PluginDeclaration, settings: Settings, { settings: wanted }: Preset): boolean {
  return Object.entries(wanted).every(
    ([field, value]) => (settings[field] ?? schema.properties[field]?.default) === value,
  );
}
