import { Button, Stack, Table } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { UserView } from '../api/access-types.ts';
import { useMay } from '../session/may.ts';
import { useSession } from '../session/session.ts';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Moment } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';
import { State } from '../words/state.tsx';
import { PolicyPanel } from './policy-panel.tsx';
import { SsoPanel } from './sso-panel.tsx';
import { useUsers } from './use-users.ts';
import { AddUserDialog, UserDialog } from './user-dialogs.tsx';

/** Loaded when it is opened: React's lazy() takes the default export. */
// biome-ignore lint/style/noDefaultExport: see above
export default function UsersSection() {
  const may = useMay('admin');
  if (!may) return <Empty title="Only administrators see users">Ask one of them when something has to change.</Empty>;
  return (
    <Stack gap="md">
      <UserTable />
      <PolicyPanel />
      <SsoPanel />
    </Stack>
  );
}

function UserTable() {
  const query = useUsers();
  const [adding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);
  return (
    <Panel
      title="Who may come in"
      aside={
        <Button leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
          Add user
        </Button>
      }
      flush
    >
      <Loaded query={query}>
        {(users) => (
          <>
            <Table aria-label="Users" className="cards">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>User</Table.Th>
                  <Table.Th>Role</Table.Th>
                  <Table.Th>Sees</Table.Th>
                  <Table.Th>Logs in by</Table.Th>
                  <Table.Th>Last login</Table.Th>
                  <Table.Th aria-label="Actions" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {users.map((user) => (
                  <UserRow key={user.id} user={user} onChoose={() => setChosen(user.id)} />
                ))}
              </Table.Tbody>
            </Table>
            <UserDialog user={users.find(({ id }) => id === chosen) ?? null} onClose={() => setChosen(null)} />
          </>
        )}
      </Loaded>
      <AddUserDialog opened={adding} onClose={() => setAdding(false)} />
    </Panel>
  );
}

function UserRow({ user, onChoose }: { readonly user: UserView; readonly onChoose: () => void }) {
  const session = useSession();
  const self = session.kind === 'in' && session.me.user?.id === user.id;
  const { name, role, scope, disabled, sso, hasPassword, secondFactor, lastLoginAt } = user;
  return (
    <Table.Tr>
      <Table.Td>
        {name}
        {self && <span className="quiet"> · you</span>}
        {disabled && (
          <div>
            <State look={{ word: 'Disabled', tone: 'off' }} />
          </div>
        )}
      </Table.Td>
      <Table.Td data-label="Role">{role}</Table.Td>
      <Table.Td data-label="Sees">{scope === 'all' ? 'all connections' : 'own connections'}</Table.Td>
      <Table.Td data-label="Logs in by">
        {sso && !hasPassword ? 'single sign-on' : secondFactor ? 'password and code' : 'password'}
      </Table.Td>
      <Table.Td data-label="Last login">
        {lastLoginAt ? <Moment at={lastLoginAt} /> : <span className="quiet">never</span>}
      </Table.Td>
      <Table.Td>
        <Button size="compact-xs" variant="default" aria-label={`Change ${name}`} onClick={onChoose}>
          Change
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
