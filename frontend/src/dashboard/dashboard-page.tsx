import { Button, Group, SimpleGrid } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useDashboard } from '../api/list-queries.ts';
import type { DashboardView } from '../api/types.ts';
import { RenewalTable } from '../renewal/renewal-table.tsx';
import { Only } from '../session/only.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { Panel } from '../ui/panel.tsx';
import { Counts } from './counts.tsx';
import { ExpiryPanel } from './expiry-panel.tsx';
import { FirstMinute } from './first-minute.tsx';
import { Heartbeat } from './heartbeat.tsx';
import { NeedsYou } from './needs-you.tsx';
import { NextPanel } from './next-panel.tsx';
import './dashboard.css';

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
      <Loaded query={useDashboard()}>
        {(view) => (view.counts.total === 0 ? <FirstMinute /> : <Overview view={view} />)}
      </Loaded>
    </Page>
  );
}

function Overview({ view }: { readonly view: DashboardView }) {
  const { counts, needs, expiry, lately, leftovers, next, schedule } = view;
  const heartbeat = <Heartbeat schedule={schedule} nextAt={next[0]?.at ?? null} />;
  return (
    <>
      {!schedule.alive && heartbeat}
      <NeedsYou needs={needs} leftovers={leftovers} />
      <Group justify="space-between" gap="xs">
        <Counts counts={counts} />
        {schedule.alive && heartbeat}
      </Group>
      <ExpiryPanel expiry={expiry} at={view.at} />
      <SimpleGrid cols={{ base: 1, md: 3 }} spacing="md">
        <NextPanel next={next} />
        <div className="lately">
          <Panel title="Lately" aside={<Link href="/renewals">All renewals</Link>} flush>
            {lately.length === 0 ? (
              <Empty title="Nothing was renewed yet">Open a connection and choose Renew now.</Empty>
            ) : (
              <RenewalTable renewals={lately} />
            )}
          </Panel>
        </div>
      </SimpleGrid>
    </>
  );
}
