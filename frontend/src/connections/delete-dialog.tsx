import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { remove } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { ConnectionView } from '../api/types.ts';
import { ProblemNote } from '../ui/problem.tsx';

interface DeleteDialogProps {
  readonly connection: ConnectionView;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Says what goes and what stays, and wants the name typed. */
export function DeleteDialog({ connection: { id, name }, opened, onClose }: DeleteDialogProps) {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [typed, setTyped] = useState('');
  const deletion = useMutation({
    mutationFn: () => remove(`/connections/${id}`),
    onSuccess: () => {
      queries.removeQueries({ queryKey: keys.connection(id) });
      void queries.invalidateQueries({ queryKey: keys.connections });
      go('/connections');
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={`Delete ${name}`} centered>
      <Stack gap="sm">
        <Text>
          Its settings and its stored secrets are deleted, and certferry no longer looks after this certificate. The
          appliance keeps what it serves. Finished renewals stay in the history.
        </Text>
        <TextInput
          label={`Type "${name}" to delete it`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
        />
        {deletion.error && <ProblemNote error={deletion.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button
            color="red.9"
            disabled={typed !== name}
            loading={deletion.isPending}
            onClick={() => deletion.mutate()}
          >
            Delete this connection
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
