import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { remove } from '../api/client.ts';
import { RoleButton } from '../session/role-button.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { useRefresh } from './queries.ts';

interface RemoveButtonProps {
  readonly path: string;
  readonly name: string;
  readonly consequence: string;
}

/** Says what goes before it goes. */
export function RemoveButton({ path, name, consequence }: RemoveButtonProps) {
  const [opened, setOpened] = useState(false);
  const refresh = useRefresh();
  const removal = useMutation({
    mutationFn: () => remove(path),
    onSuccess: () => {
      setOpened(false);
      refresh();
    },
  });
  return (
    <>
      <RoleButton
        needs="admin"
        size="xs"
        variant="default"
        onClick={() => setOpened(true)}
        aria-label={`Delete ${name}`}
      >
        Delete
      </RoleButton>
      <Modal opened={opened} onClose={() => setOpened(false)} title={`Delete ${name}`} centered>
        <Stack gap="sm">
          <Text>{consequence}</Text>
          {removal.error && <ProblemNote error={removal.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setOpened(false)}>
              Keep it
            </Button>
            <Button color="red.9" loading={removal.isPending} onClick={() => removal.mutate()}>
              Delete
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
