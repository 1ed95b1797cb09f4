import { Button, SimpleGrid } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useConnections, useLeftovers, useRenewals, useWords } from '../api/queries.ts';
import type { ConnectionView } from '../api/types.ts';
import { RenewalTable } from '../renewal/renewal-table.tsx';
import { Only } from '../session/only.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { Panel } from '../ui/panel.tsx';
import { Counts } from './counts.tsx';
import { ExpiryPanel } from './expiry-panel.tsx';
import { FirstMinute } from './first-minute.tsx';
import { NeedsYou } from './needs-you.tsx';

const LATELY = 8;

export function DashboardPage() {
  return (
    <Page
      title="Dashboard"
      lead="Is everything that should be served, served?"
      actions={
        <Only needs="admin">
          <Button component={Link} href="/connections/new" variant="default" leftSection={<IconPlus size={14} />}>
            Add connection
          </Button>
        </Only>
      }
    >
      <Loaded query={useConnections()}>
        {(connections) => (connections.length === 0 ? <FirstMinute /> : <Overview connections={connections} />)}
      </Loaded>
    </Page>
  );
}

function Overview({ connections }: { readonly connections: readonly ConnectionView[] }) {
  const words = useWords();
  const leftovers = useLeftovers().data ?? [];
  const renewals = useRenewals(null);
  return (
    <>
      <NeedsYou connections={connections} leftovers={leftovers.length} words={words} />
      <Counts connections={connections} words={words} />
      <SimpleGrid cols={1} spacing="md">
        <ExpiryPanel connections={connections} words={words} />
        <Panel title="Lately" aside={<Link href="/renewals">All renewals</Link>} flush>
          <Loaded query={renewals}>
            {(rows) =>
              rows.length === 0 ? (
                <Empty title="Nothing was renewed yet">Open a connection and choose Renew now.</Empty>
              ) : (
                <RenewalTable renewals={rows.slice(0, LATELY)} />
              )
            }
          </Loaded>
        </Panel>
      </SimpleGrid>
    </>
  );
}
