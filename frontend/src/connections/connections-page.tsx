import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { useConnectionList } from '../api/list-queries.ts';
import type { ConnectionList } from '../api/types.ts';
import { BulkDialogs } from '../bulk/bulk-dialogs.tsx';
import { SelectionBar } from '../bulk/selection-bar.tsx';
import { Only } from '../session/only.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { Pager } from '../ui/pager.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { ConnectionTable } from './connection-table.tsx';
import { DryRunDrawer } from './dry-run-drawer.tsx';
import { Filters } from './filters.tsx';
import { useSelection } from './use-selection.ts';
import { PAGE_SIZE, type TableView, useView } from './use-view.ts';

export function ConnectionsPage() {
  const view = useView();
  const list = useConnectionList(view.query.toString());
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
      <Loaded query={list}>
        {(loaded) => (loaded.total === 0 && !view.filtered ? <First /> : <Listed list={loaded} view={view} />)}
      </Loaded>
    </Page>
  );
}

function Listed({ list, view }: { readonly list: ConnectionList; readonly view: TableView }) {
  const selection = useSelection();
  const [dryRun, setDryRun] = useState<number | null>(null);
  return (
    <>
      <div className="panel">
        <Filters view={view} />
        <SelectionBar selection={selection} list={list} filter={view.filter} />
        {list.items.length === 0 ? (
          <Empty title="No connection is like this">
            <Link href="/connections">Show all of them</Link>
          </Empty>
        ) : (
          <Scroll>
            <ConnectionTable items={list.items} view={view} selection={selection} onDryRun={setDryRun} />
          </Scroll>
        )}
        <Pager
          page={view.page}
          pageSize={PAGE_SIZE}
          total={list.total}
          onChange={(page) => view.change({ page: String(page) })}
        />
      </div>
      <DryRunDrawer connectionId={dryRun} onClose={() => setDryRun(null)} />
      <BulkDialogs selection={selection} />
    </>
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
