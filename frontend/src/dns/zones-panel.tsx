import { Button, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import { useAccounts } from '../accounts/families.ts';
import { TestResult } from '../accounts/test-result.tsx';
import { useTestAccount } from '../accounts/use-account.ts';
import type { AccountView } from '../api/types.ts';
import { useLock } from '../session/may.ts';
import { useSession } from '../session/session.ts';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { many } from '../ui/many.ts';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import './zones-panel.css';

/**
 * The DNS accounts, and for each the zones that it can write once its service was asked. Nothing for those who see only some
 * connections: accounts concern all of them.
 */
export function ZonesPanel() {
  const session = useSession();
  return session.kind === 'in' && !session.me.limited ? <Zones /> : null;
}

function Zones() {
  return (
    <Panel title="Zones" aside={<Link href="/settings/dns-accounts">DNS accounts</Link>}>
      <Loaded query={useAccounts('dns')}>{(accounts) => <Accounts accounts={accounts} />}</Loaded>
    </Panel>
  );
}

function Accounts({ accounts }: { readonly accounts: readonly AccountView[] }) {
  if (accounts.length === 0) {
    return (
      <Empty title="There is no shared DNS account">
        An account tells in which zones certferry can prove names. Connections can have settings of their own.
      </Empty>
    );
  }
  return (
    <ul className="zones">
      {accounts.map((account) => (
        <Account key={account.id} account={account} />
      ))}
    </ul>
  );
}

function Account({ account: { id, name, title, usedBy } }: { readonly account: AccountView }) {
  const test = useTestAccount('dns', id);
  const operate = useLock('operator');
  return (
    <li>
      <div className="zones-head">
        <span>
          <strong>{name}</strong> {title !== name && <span className="quiet">{title}</span>}
          <Text className="quiet">used by {many(usedBy.count, 'connection')}</Text>
        </span>
        <Button
          {...operate}
          variant="default"
          loading={test.isPending}
          onClick={() => test.mutate()}
          aria-label={`Test and show zones of ${name}`}
        >
          Test and show zones
        </Button>
      </div>
      {(test.error || test.data) && (
        <Stack gap="xs" mt={6}>
          {test.error && <ProblemNote error={test.error} />}
          {test.data && <TestResult view={test.data} />}
        </Stack>
      )}
    </li>
  );
}
