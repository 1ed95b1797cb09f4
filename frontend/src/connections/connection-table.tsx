import { Button, Checkbox, Table, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ConnectionItem, OverviewSort } from '../api/types.ts';
import { issuerName } from '../certificates/issuer-name.ts';
import { useDialogs } from '../renewal/dialogs.ts';
import { useLock } from '../session/may.ts';
import { Exactly, Moment } from '../ui/moment.tsx';
import { Practice } from '../ui/practice.tsx';
import { daysLeft, isDue, lookAside } from '../words/judge.ts';
import { StandingState, State } from '../words/state.tsx';
import { inShort } from './incomplete-panel.tsx';
import { servedAgainstWanted } from './served-look.ts';
import type { Selection } from './use-selection.ts';
import type { TableView } from './use-view.ts';

const COLUMNS: readonly { readonly key: OverviewSort | null; readonly title: string }[] = [
  { key: 'state', title: 'State' },
  { key: 'name', title: 'Name' },
  { key: null, title: 'Names in the certificate' },
  { key: null, title: 'Served as wanted' },
  { key: 'days', title: 'Days left' },
  { key: 'renewal', title: 'Last renewal' },
];

interface ConnectionTableProps {
  readonly items: readonly ConnectionItem[];
  readonly view: TableView;
  readonly selection: Selection;
  readonly onDryRun: (connectionId: number) => void;
}

export function ConnectionTable({ items, view, selection, onDryRun }: ConnectionTableProps) {
  const chosen = items.filter(({ id }) => selection.ids.has(id)).length;
  const toggleAll = (on: boolean) =>
    selection.toggle(
      items.map(({ id }) => id),
      on,
    );
  return (
    <Table highlightOnHover aria-label="Connections" className="cards">
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="1%">
            <Checkbox
              size="xs"
              aria-label="Choose all of this page"
              checked={chosen === items.length}
              indeterminate={chosen > 0 && chosen < items.length}
              onChange={(event) => toggleAll(event.currentTarget.checked)}
            />
          </Table.Th>
          {COLUMNS.map(({ key, title }) => (
            <Head key={title} sortKey={key} title={title} view={view} />
          ))}
          <Table.Th>
            <span className="visually-hidden">Actions</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((item) => (
          <Row key={item.id} item={item} selection={selection} onDryRun={onDryRun} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface HeadProps {
  readonly sortKey: OverviewSort | null;
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

interface RowProps {
  readonly item: ConnectionItem;
  readonly selection: Selection;
  readonly onDryRun: (id: number) => void;
}

function Row({ item, selection, onDryRun }: RowProps) {
  const { id, name, slot, productTitle, dnsNames, lastRenewal, practice, automatic, incomplete } = item;
  const aside = lookAside(item);
  return (
    <Table.Tr data-connection={id}>
      <Table.Td className="card-choice">
        <Checkbox
          size="xs"
          aria-label={`Choose ${name}`}
          checked={selection.ids.has(id)}
          onChange={(event) => selection.toggle([id], event.currentTarget.checked)}
        />
      </Table.Td>
      <Table.Td>
        <StandingState connection={item} />
        {incomplete.length > 0 && <div className="quiet why-incomplete">{inShort(incomplete)}</div>}
        {!automatic && <div className="quiet">automatic renewal off</div>}
      </Table.Td>
      <Table.Td>
        <Link href={`/connections/${id}`} className="name-link">
          {name}
        </Link>{' '}
        {practice && <Practice />}
        <div className="quiet" title={productTitle}>
          {[slot, item.address].filter(Boolean).join(' · ')}
        </div>
      </Table.Td>
      <Table.Td className="mono">
        {dnsNames.slice(0, 2).join(', ')}
        {dnsNames.length > 2 && ` + ${dnsNames.length - 2}`}
      </Table.Td>
      <Table.Td data-label="Served as wanted:">
        <AsWanted item={item} />
      </Table.Td>
      <Table.Td data-label="Days left:">
        <DaysLeft item={item} />
      </Table.Td>
      <Table.Td data-label="Last renewal:">
        {lastRenewal ? <Moment at={lastRenewal.startedAt} /> : <span className="quiet">never</span>}
        {aside && <div className="quiet">{aside.word}</div>}
      </Table.Td>
      <Table.Td>
        <RowActions item={item} onDryRun={onDryRun} />
      </Table.Td>
    </Table.Tr>
  );
}

/** `2 of 3 · R11` */
function AsWanted({ item }: { readonly item: ConnectionItem }) {
  const look = servedAgainstWanted(item);
  if (look === null) return <span className="quiet">–</span>;
  return (
    <>
      <State look={look} />
      {item.wanted?.issuer && <div className="quiet">{issuerName(item.wanted.issuer)}</div>}
    </>
  );
}

function DaysLeft({ item: { lastSeen, dueAt, unreachable } }: { readonly item: ConnectionItem }) {
  if (!lastSeen) return <span className="quiet">not known</span>;
  const { notAfter, at, answered, endpoints } = lastSeen;
  const days = daysLeft(notAfter);
  const tone = days < 0 ? 'person' : isDue(dueAt) ? 'pending' : undefined;
  return (
    <>
      <Exactly at={notAfter} tone={tone}>
        {days < 0 ? 'expired' : days}
      </Exactly>
      {unreachable && (
        <div className="quiet">
          {answered} of {endpoints} answered <Moment at={at} />
        </div>
      )}
    </>
  );
}

function RowActions({ item, onDryRun }: Pick<RowProps, 'item' | 'onDryRun'>) {
  const operate = useLock('operator');
  const { id, name } = item;
  return (
    <div className="row-actions">
      <MainAction item={item} />
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
  );
}

function MainAction({ item: { id, name, lastRenewal, incomplete } }: Pick<RowProps, 'item'>) {
  const { askToRenew, follow } = useDialogs();
  const operate = useLock('operator');
  if (incomplete.length > 0) {
    return (
      <Button size="compact-xs" component={Link} href={`/connections/${id}/edit`} aria-label={`Complete ${name}`}>
        Complete
      </Button>
    );
  }
  if (lastRenewal?.outcome === null) {
    return (
      <Button size="compact-xs" onClick={() => follow(lastRenewal.id)} aria-label={`Show the renewal of ${name}`}>
        Show
      </Button>
    );
  }
  return (
    <Button {...operate} size="compact-xs" onClick={() => askToRenew(id)} aria-label={`Renew ${name}`}>
      Renew
    </Button>
  );
}
