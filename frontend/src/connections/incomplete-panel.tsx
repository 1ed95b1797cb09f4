import { Button, Group, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { ConnectionView } from '../api/types.ts';
import { Panel } from '../ui/panel.tsx';

type Incomplete = ConnectionView['incomplete'];

/** Why a connection cannot be renewed yet. */
export function IncompletePanel({ connection }: { readonly connection: ConnectionView }) {
  return (
    <Panel title="Not complete">
      <WhatIsMissing connection={connection} />
    </Panel>
  );
}

export function WhatIsMissing({ connection: { id, incomplete } }: { readonly connection: ConnectionView }) {
  return (
    <Stack gap="sm">
      <Text>It was saved before all was filled in, and is not renewed before it is:</Text>
      <ul className="chain">
        {incomplete.map(({ part, sentence }) => (
          <li key={`${part} ${sentence}`}>{sentence}</li>
        ))}
      </ul>
      <Group>
        <Button component={Link} href={`/connections/${id}/edit`}>
          Complete it
        </Button>
      </Group>
    </Stack>
  );
}

/** For a line of a table. */
export function inShort([first, ...more]: Incomplete): string {
  return more.length === 0 ? `${first?.sentence}` : `${first?.sentence} And ${more.length} more.`;
}
