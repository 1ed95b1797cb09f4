import type { PluginDeclaration } from '../api/types.ts';

interface TilesProps {
  readonly plugins: readonly PluginDeclaration[];
  readonly chosen: PluginDeclaration | null;
  readonly onChoose: (plugin: PluginDeclaration) => void;
}

/** One tile for each service. */
export function Tiles({ plugins, chosen, onChoose }: TilesProps) {
  return (
    <fieldset className="tiles" aria-label="Service" style={{ border: 0, margin: 0, padding: 0 }}>
      {plugins.map((plugin) => (
        <button
          key={plugin.id}
          type="button"
          className="tile"
          aria-pressed={plugin === chosen}
          onClick={() => onChoose(plugin)}
        >
          <span className="tile-title">{plugin.title}</span>
          <span className="quiet">{plugin.summary}</span>
        </button>
      ))}
    </fieldset>
  );
}
