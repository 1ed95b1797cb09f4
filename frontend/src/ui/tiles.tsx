import { Radio, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { grouped } from './grouped.ts';
import { Practice } from './practice.tsx';
import './tiles.css';

export interface Tile {
  readonly key: string;
  readonly title: string;
  readonly summary: ReactNode;
  readonly practice?: boolean;
  /** A heading above those that have it in common; empty or left out: none. */
  readonly group?: string;
}

interface TilesProps {
  readonly label: string;
  readonly tiles: readonly Tile[];
  /** Null: nothing is chosen yet. */
  readonly value: string | null;
  readonly onChange: (key: string) => void;
}

/** One of several products or services, each with a sentence. */
export function Tiles({ label, tiles, value, onChange }: TilesProps) {
  return (
    <Radio.Group label={label} value={value} onChange={onChange}>
      {[...grouped(tiles, ({ group = '' }) => group)].map(([group, those]) => (
        <div key={group}>
          {group !== '' && <div className="tile-group">{group}</div>}
          <div className="tiles">
            {those.map((tile) => (
              <Card key={tile.key} tile={tile} />
            ))}
          </div>
        </div>
      ))}
    </Radio.Group>
  );
}

function Card({ tile: { key, title, summary, practice } }: { readonly tile: Tile }) {
  return (
    <Radio.Card value={key} className="tile" aria-label={title}>
      <Radio.Indicator size="xs" />
      <span>
        <span className="tile-title">
          {title} {practice && <Practice />}
        </span>
        <Text component="span" className="quiet" size="xs" display="block">
          {summary}
        </Text>
      </span>
    </Radio.Card>
  );
}
