import { Radio, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Practice } from './practice.tsx';
import './tiles.css';

export interface Tile {
  readonly key: string;
  readonly title: string;
  readonly summary: ReactNode;
  readonly practice?: boolean;
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
      <div className="tiles">
        {tiles.map(({ key, title, summary, practice }) => (
          <Radio.Card key={key} value={key} className="tile" aria-label={title}>
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
        ))}
      </div>
    </Radio.Group>
  );
}
