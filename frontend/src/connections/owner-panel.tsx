import { Select, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { ConnectionView } from '../api/types.ts';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { useUsers } from '../users/use-users.ts';

/** To whom a connection belongs: users who are limited to their own connections see no others. */
export function OwnerPanel({ connection: { id, ownerId } }: { readonly connection: ConnectionView }) {
  const queries = useQueryClient();
  const users = useUsers();
  const change = useMutation({
    mutationFn: (owner: number | null) => put<ConnectionView>(`/connections/${id}/owner`, { ownerId: owner }),
    onSuccess: (view) => queries.setQueryData(keys.connection(id), view),
  });
  return (
    <Panel title="Owner">
      <Stack gap="xs">
        <Select
          aria-label="Owner"
          description="Users who are limited to their own connections see this one only when it is theirs."
          placeholder="Nobody in particular"
          clearable
          clearButtonProps={{ 'aria-label': 'Nobody in particular' }}
          maw="26rem"
          data={(users.data ?? []).map((user) => ({ value: String(user.id), label: user.name }))}
          value={ownerId === null ? null : String(ownerId)}
          onChange={(value) => change.mutate(value === null ? null : Number(value))}
        />
        {change.error && <ProblemNote error={change.error} />}
      </Stack>
    </Panel>
  );
}
