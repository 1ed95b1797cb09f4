import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { AccountView } from '../api/types.ts';
import { ProblemNote } from '../ui/problem.tsx';
import type { AccountFamily } from './families.ts';
import { useRemoveAccount } from './use-account.ts';

interface RemoveDialogProps {
  readonly family: AccountFamily;
  readonly account: AccountView;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Names what goes. One that is in use is refused by the daemon, with the names of its users. */
export function RemoveDialog({ family, account: { id, name }, opened, onClose }: RemoveDialogProps) {
  const removal = useRemoveAccount(family, id);
  return (
    <Modal opened={opened} onClose={onClose} title={`Delete ${name}`} centered>
      <Stack gap="sm">
        <Text>
          Its settings and its stored secrets are deleted.{' '}
          {family === 'issuer'
            ? 'The ACME account at the CA stays, and is used again by settings with the same directory.'
            : 'Nothing is changed at the DNS service.'}
        </Text>
        {removal.error && <ProblemNote error={removal.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button
            color="red.9"
            loading={removal.isPending}
            onClick={() => removal.mutate(undefined, { onSuccess: onClose })}
          >
            Delete it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
