import { Button, Table, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useDialogs } from '../renewal/dialogs.ts';
import { useLock } from '../session/may.ts';
import { Moment } from '../ui/moment.tsx';
import { Practice } from '../ui/practice.tsx';
import { exact } from '../ui/time.ts';
import { State } from '../words/state.tsx';
import { isStaging } from './describe.ts';
import { inShort } from './incomplete-panel.tsx';
import type { Row, SortKey } from './rows.ts';
import type { TableView } from './use-view.ts';

const COLUMNS: readonly { readonly key: SortKey | null; readonly title: string }[] = [
  { key: 'state', title: 'State' },
  { key: 'name', title: 'Name' },
  { key: null, title: 'Names in the certificate' },
  { key: 'days', title: 'Days left' },
  { key: 'renewal', title: 'Last renewal' },
];

interface ConnectionTableProps {
  readonly rows: readonly Row[];
  readonly view: TableView;
  readonly onDryRun: (connectionId: number) => void;
}

export function ConnectionTable({ rows, view, onDryRun }: ConnectionTableProps) {
  return (
    <Table highlightOnHover aria-label="Connections" className="cards">
      <Table.Thead>
        <Table.Tr>
          {COLUMNS.map(({ key, title }) => (
            <Head key={title} sortKey={key} title={title} view={view} />
          ))}
          <Table.Th>
            <span className="visually-hidden">Actions</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <ConnectionRow key={row.connection.id} row={row} onDryRun={onDryRun} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface HeadProps {
  readonly sortKey: SortKey | null;
  readonly title: string;
  readonly view: TableView;
}

function Head({ sortKey, title, view }: HeadProps) {
  if (sortKey === null) return <Table.Th>{title}</Table.Th>;
  const active = view.sort === sortKey;
  const Icon = view.descending ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th aria-sort={active ? (view.descending ? 'descending' : 'ascending') : 'none'}>
      <UnstyledButton
        fz="inherit"
        fw="inherit"
        c="inherit"
        onClick={() => view.change({ sort: sortKey, order: active && !view.descending ? 'desc' : '' })}
      >
        {title} {active && <Icon size={12} aria-hidden />}
      </UnstyledButton>
    </Table.Th>
  );
}

function ConnectionRow({ row, onDryRun }: { readonly row: Row; readonly onDryRun: (id: number) => void }) {
  const { connection, look, days } = row;
  const { askToRenew, follow } = useDialogs();
  const operate = useLock('operator');
  const { id, name, slot, dnsNames, lastRenewal, lastSeen, incomplete } = connection;
  return (
    <Table.Tr data-connection={id}>
      <Table.Td>
        <State look={look} />
        {incomplete.length > 0 && <div className="quiet why-incomplete">{inShort(incomplete)}</div>}
      </Table.Td>
      <Table.Td>
        <Link href={`/connections/${id}`} className="name-link">
          {name}
        </Link>
        <div className="quiet">
          {slot} {isStaging(connection) && <Practice />}
        </div>
      </Table.Td>
      <Table.Td className="mono">
        {dnsNames.slice(0, 2).join(', ')}
        {dnsNames.length > 2 && ` + ${dnsNames.length - 2}`}
      </Table.Td>
      <Table.Td data-label="Days left:" title={lastSeen ? exact(lastSeen.notAfter) : undefined}>
        {days ?? <span className="quiet">not known</span>}
      </Table.Td>
      <Table.Td data-label="Last renewal:">
        {lastRenewal ? <Moment at={lastRenewal.startedAt} /> : <span className="quiet">never</span>}
      </Table.Td>
      <Table.Td>
        <div className="row-actions">
          {incomplete.length > 0 ? (
            <Button size="compact-xs" component={Link} href={`/connections/${id}/edit`} aria-label={`Complete ${name}`}>
              Complete
            </Button>
          ) : lastRenewal?.outcome === null ? (
            <Button size="compact-xs" onClick={() => follow(lastRenewal.id)} aria-label={`Show the renewal of ${name}`}>
              Show
            </Button>
          ) : (
            <Button {...operate} size="compact-xs" onClick={() => askToRenew(id)} aria-label={`Renew ${name}`}>
              Renew
            </Button>
          )}
          <Button
            {...operate}
            size="compact-xs"
            variant="default"
            onClick={() => onDryRun(id)}
            aria-label={`Dry run of ${name}`}
          >
            Dry run
          </Button>
        </div>
      </Table.Td>
    </Table.Tr>
  );
}
