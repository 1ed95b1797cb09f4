import { Button, Group, Select, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import { get } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { ActivityItem } from '../api/types.ts';
import { Empty } from '../ui/empty.tsx';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { ConnectionFilter } from './connection-filter.tsx';

const PAGE_SIZE = 100;
const KINDS = [
  { value: 'renewals', label: 'Beginnings and ends' },
  { value: 'failures', label: 'Failures' },
  { value: 'people', label: 'What waited for a person' },
  { value: 'connections', label: 'Changes of connections' },
  { value: 'watch', label: 'What was seen served' },
  { value: 'installation', label: 'Accounts, calendars, notices' },
  { value: 'access', label: 'Logins and users' },
];

/** Everything that certferry did, the last first. */
export function ActivityPage() {
  const [params, setParams] = useSearchParams();
  const kind = params.get('kind');
  const connectionId = params.get('connection');
  const filter = new URLSearchParams({ limit: String(PAGE_SIZE) });
  if (kind !== null) filter.set('kind', kind);
  if (connectionId !== null) filter.set('connectionId', connectionId);
  const log = useInfiniteQuery({
    queryKey: [...keys.activity, filter.toString()],
    queryFn: ({ pageParam, signal }) =>
      get<readonly ActivityItem[]>(`/activity?${filter}${pageParam === 0 ? '' : `&before=${pageParam}`}`, signal),
    initialPageParam: 0,
    getNextPageParam: (page: readonly ActivityItem[]) => (page.length < PAGE_SIZE ? undefined : page.at(-1)?.seq),
  });
  const change = (name: string, value: string | null) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        value === null ? next.delete(name) : next.set(name, value);
        return next;
      },
      { replace: true },
    );
  const entries = log.data?.pages.flat() ?? [];
  return (
    <Page title="Activity" lead="Everything that certferry did, the last first.">
      {log.error && <ProblemNote error={log.error} />}
      <div className="panel">
        <Group p="sm" gap="xs" className="filters">
          <Select
            aria-label="Show"
            placeholder="Everything"
            data={KINDS}
            size="xs"
            clearable
            value={KINDS.some(({ value }) => value === kind) ? kind : null}
            onChange={(next) => change('kind', next)}
            clearButtonProps={{ 'aria-label': 'Everything' }}
          />
          <ConnectionFilter
            chosen={connectionId === null ? null : Number(connectionId)}
            onChange={(id) => change('connection', id === null ? null : String(id))}
          />
        </Group>
        {entries.length === 0 && !log.isLoading ? (
          <Empty title="Nothing of this kind">
            {(kind !== null || connectionId !== null) && <Link href="/activity">Show everything</Link>}
          </Empty>
        ) : (
          <Scroll>
            <Entries entries={entries} />
          </Scroll>
        )}
      </div>
      {log.hasNextPage && (
        <Group>
          <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            Older
          </Button>
        </Group>
      )}
    </Page>
  );
}

function Entries({ entries }: { readonly entries: readonly ActivityItem[] }) {
  return (
    <Table aria-label="Activity" className="cards">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          <Table.Th>Connection</Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th>
            <span className="visually-hidden">More</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map((entry) => (
          <Entry key={entry.seq} entry={entry} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Entry({ entry: { at, connection, sentence, until, renewalId } }: { readonly entry: ActivityItem }) {
  return (
    <Table.Tr>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <Moment at={at} />
      </Table.Td>
      <Table.Td>
        {connection && (connection.removed ? `${connection.name} (removed)` : <Name {...connection} />)}
      </Table.Td>
      <Table.Td className="in-words">
        {sentence}
        {until !== null && (
          <span className="quiet">
            {' '}
            Until <Moment at={until} />.
          </span>
        )}
      </Table.Td>
      <Table.Td>{renewalId !== null && <Link href={`/renewals/${renewalId}`}>Renewal</Link>}</Table.Td>
    </Table.Tr>
  );
}

function Name({ id, name }: { readonly id: number; readonly name: string }) {
  return (
    <Link href={`/connections/${id}`} className="name-link">
      {name}
    </Link>
  );
}
