import { Button, Group, Pagination, Select, TextInput } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { useConnections, useWords } from '../api/queries.ts';
import type { ConnectionView } from '../api/types.ts';
import { Only } from '../session/only.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { ConnectionTable } from './connection-table.tsx';
import { DryRunDrawer } from './dry-run-drawer.tsx';
import { arrange, rowsOf } from './rows.ts';
import { useView } from './use-view.ts';

const PAGE_SIZE = 50;
const STATES = [
  { value: 'person', label: 'Needs somebody' },
  { value: 'running', label: 'Running' },
  { value: 'pending', label: 'Pending' },
  { value: 'served', label: 'Served' },
  { value: 'off', label: 'Off or not known' },
];

export function ConnectionsPage() {
  return (
    <Page
      title="Connections"
      lead="One certificate to keep valid, each."
      actions={
        <Only needs="admin">
          <Button component={Link} href="/connections/new" leftSection={<IconPlus size={14} />}>
            Add connection
          </Button>
        </Only>
      }
    >
      <Loaded query={useConnections()}>{(connections) => <Listed connections={connections} />}</Loaded>
    </Page>
  );
}

function Listed({ connections }: { readonly connections: readonly ConnectionView[] }) {
  const words = useWords();
  const view = useView();
  const [dryRun, setDryRun] = useState<number | null>(null);
  const rows = useMemo(() => rowsOf(connections, words), [connections, words]);
  const shown = arrange(rows, view);
  const pages = Math.max(1, Math.ceil(shown.length / PAGE_SIZE));
  if (connections.length === 0) return <First />;
  return (
    <div className="panel">
      <Group p="sm" gap="xs">
        <TextInput
          aria-label="Search"
          placeholder="Name, host, slot"
          leftSection={<IconSearch size={14} />}
          size="xs"
          value={view.search}
          onChange={(event) => view.change({ search: event.currentTarget.value })}
        />
        <Select
          aria-label="State"
          placeholder="Every state"
          data={STATES}
          size="xs"
          clearable
          value={view.tone}
          onChange={(state) => view.change({ state: state ?? '' })}
          clearButtonProps={{ 'aria-label': 'Every state' }}
        />
        <span className="quiet" aria-live="polite">
          {shown.length} of {connections.length}
        </span>
      </Group>
      <Scroll>
        <ConnectionTable
          rows={shown.slice((view.page - 1) * PAGE_SIZE, view.page * PAGE_SIZE)}
          view={view}
          onDryRun={setDryRun}
        />
      </Scroll>
      {pages > 1 && (
        <Pagination
          p="sm"
          size="xs"
          total={pages}
          value={Math.min(view.page, pages)}
          onChange={(page) => view.change({ page: String(page) })}
          getControlProps={(control) => ({ 'aria-label': `${control} page` })}
        />
      )}
      <DryRunDrawer connectionId={dryRun} onClose={() => setDryRun(null)} />
    </div>
  );
}

function First() {
  return (
    <div className="panel">
      <Empty title="No connection yet">
        A connection is one certificate on one appliance.{' '}
        <Only needs="admin">
          <Link href="/connections/new">Add the first one</Link>; a dry run then shows what is missing, and changes
          nothing.
        </Only>
      </Empty>
    </div>
  );
}
