import { Button, Group, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { ConnectionView } from '../api/types.ts';
import { Panel } from '../ui/panel.tsx';

/** Why a connection cannot be renewed yet. */
export function IncompletePanel({ connection: { id, incomplete } }: { readonly connection: ConnectionView }) {
  return (
    <Panel title="Not complete">
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
    </Panel>
  );
}
