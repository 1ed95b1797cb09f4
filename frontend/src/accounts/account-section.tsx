import { Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useLocation, useSearchParams } from 'wouter';
import { usePlugins } from '../api/queries.ts';
import type { AccountView } from '../api/types.ts';
import { RoleButton } from '../session/role-button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Panel } from '../ui/panel.tsx';
import { AccountForm } from './account-form.tsx';
import { AccountRow } from './account-row.tsx';
import { type AccountFamily, FAMILY_WORDS, useAccounts } from './families.ts';
import '../connection-form/connection-form.css';
import './accounts.css';

/** The shared issuers or DNS accounts: who uses each, what a test shows, and a form for one of them. */
export function AccountSection({ family }: { readonly family: AccountFamily }) {
  const [params, setParams] = useSearchParams();
  const [, go] = useLocation();
  const { add, lead, path } = FAMILY_WORDS[family];
  const edited = params.get('edit');
  const leave = () => {
    if (params.has('back')) go('/');
    else setParams({});
  };
  const list = (accounts: readonly AccountView[]) => (
    <Listed family={family} accounts={accounts} onAdd={() => setParams({ add: '1' })} />
  );
  return (
    <Stack gap="md">
      <div className="quiet">{lead}</div>
      <Loaded query={useAccounts(family)}>
        {(accounts) => {
          const stored = accounts.find(({ id }) => String(id) === edited) ?? null;
          if (!params.has('add') && stored === null) return list(accounts);
          return (
            <Editor
              key={`${path}${stored?.id}`}
              family={family}
              stored={stored}
              title={stored?.name ?? add}
              onDone={leave}
            />
          );
        }}
      </Loaded>
    </Stack>
  );
}

interface ListedProps {
  readonly family: AccountFamily;
  readonly accounts: readonly AccountView[];
  readonly onAdd: () => void;
}

function Listed({ family, accounts, onAdd }: ListedProps) {
  const { add, one } = FAMILY_WORDS[family];
  const button = (
    <RoleButton needs="admin" leftSection={<IconPlus size={14} />} onClick={onAdd}>
      {add}
    </RoleButton>
  );
  if (accounts.length === 0) {
    return (
      <Panel title="None yet">
        <Empty title={`There is no shared ${one} yet`}>
          <Stack gap="sm" align="center">
            Connections can have settings of their own, but one that is shared is changed in one place.
            {button}
          </Stack>
        </Empty>
      </Panel>
    );
  }
  return (
    <Stack gap="sm">
      <div>{button}</div>
      {accounts.map((account) => (
        <AccountRow key={account.id} family={family} account={account} />
      ))}
    </Stack>
  );
}

interface EditorProps {
  readonly family: AccountFamily;
  readonly stored: AccountView | null;
  readonly title: string;
  readonly onDone: () => void;
}

function Editor({ family, stored, title, onDone }: EditorProps) {
  return (
    <Panel title={title}>
      <Loaded query={usePlugins()}>
        {(plugins) => (
          <AccountForm family={family} plugins={plugins[family]} stored={stored} onSaved={onDone} onLeave={onDone} />
        )}
      </Loaded>
    </Panel>
  );
}
