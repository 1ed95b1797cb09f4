import { Text } from '@mantine/core';
import type { Caveat } from '../api/types.ts';
import { Prose } from './prose.tsx';

/** Known limits of something that otherwise works, each with its source. */
export function Caveats({ caveats }: { readonly caveats: readonly Caveat[] }) {
  if (caveats.length === 0) return null;
  return (
    <details>
      <summary>Known limits</summary>
      {caveats.map(({ text, link }) => (
        <Text key={text} size="sm">
          <Prose>{text}</Prose>{' '}
          <a href={link} target="_blank" rel="noreferrer" aria-label={`Source: ${text}`}>
            Source
          </a>
        </Text>
      ))}
    </details>
  );
}
