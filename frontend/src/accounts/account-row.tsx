import { Group, Stack, Text } from '@mantine/core';
import { IconPencil, IconPlugConnected, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { AccountView } from '../api/types.ts';
import { RoleButton } from '../session/role-button.tsx';
import { Panel } from '../ui/panel.tsx';
import { Practice } from '../ui/practice.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import type { AccountFamily } from './families.ts';
import { RemoveDialog } from './remove-dialog.tsx';
import { TestResult } from './test-result.tsx';
import { useTestAccount } from './use-account.ts';

interface AccountRowProps {
  readonly family: AccountFamily;
  readonly account: AccountView;
}

export function AccountRow({ family, account }: AccountRowProps) {
  const { id, name, title, practice } = account;
  const [, setParams] = useSearchParams();
  const [removing, setRemoving] = useState(false);
  const test = useTestAccount(family, id);
  return (
    <Panel
      title={name}
      aside={
        <Group gap="xs">
          <RoleButton
            needs="operator"
            variant="default"
            leftSection={<IconPlugConnected size={14} />}
            loading={test.isPending}
            onClick={() => test.mutate()}
            aria-label={`Test ${name}`}
          >
            Test
          </RoleButton>
          <RoleButton
            needs="admin"
            variant="default"
            leftSection={<IconPencil size={14} />}
            onClick={() => setParams({ edit: String(id) })}
            aria-label={`Edit ${name}`}
          >
            Edit
          </RoleButton>
          <RoleButton
            needs="admin"
            variant="default"
            leftSection={<IconTrash size={14} />}
            onClick={() => setRemoving(true)}
            aria-label={`Delete ${name}`}
          >
            Delete
          </RoleButton>
        </Group>
      }
    >
      <Stack gap="xs">
        <Text>
          {title} {practice && <Practice long />}
          <What account={account} />
        </Text>
        <UsedBy usedBy={account.usedBy} />
        {test.error && <ProblemNote error={test.error} />}
        {test.data && <TestResult view={test.data} />}
      </Stack>
      <RemoveDialog family={family} account={account} opened={removing} onClose={() => setRemoving(false)} />
    </Panel>
  );
}

/** The one setting that tells accounts of a service apart. */
function What({ account: { settings } }: { readonly account: AccountView }) {
  const value = settings.directory ?? settings.server ?? settings.baseUrl ?? settings.apiUrl ?? settings.zone;
  return typeof value === 'string' ? <span className="mono account-what">{value}</span> : null;
}

function UsedBy({ usedBy: { count, some } }: Pick<AccountView, 'usedBy'>) {
  if (count === 0) return <Text className="quiet">No connection uses it.</Text>;
  return (
    <Text className="quiet">
      Used by{' '}
      {some.map(({ id, name }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Link href={`/connections/${id}`}>{name}</Link>
        </span>
      ))}
      {count > some.length && ` and ${count - some.length} more`}
    </Text>
  );
}
