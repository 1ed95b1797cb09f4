import { Button, Group, Select, Table } from '@mantine/core';
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import { get } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { ActivityEntry } from '../api/types.ts';
import { Empty } from '../ui/empty.tsx';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { Scroll } from '../ui/scroll.tsx';

const PAGE_SIZE = 100;
const KINDS = [
  { value: 'connection', label: 'Connections' },
  { value: 'renewal', label: 'Beginnings and ends' },
  { value: 'step.failed', label: 'Failures' },
  { value: 'step.held', label: 'What waited for a person' },
  { value: 'access', label: 'Logins and users' },
];

/** Everything that certferry did, the last first. */
export function ActivityPage() {
  const [params, setParams] = useSearchParams();
  const kind = params.get('kind');
  const log = useInfiniteQuery({
    queryKey: keys.activity,
    queryFn: ({ pageParam, signal }) =>
      get<readonly ActivityEntry[]>(
        `/activity?limit=${PAGE_SIZE}${pageParam === 0 ? '' : `&before=${pageParam}`}`,
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: (page: readonly ActivityEntry[]) => olderThan(page),
  });
  const entries = all(log.data).filter(({ event }) => kind === null || event.type.startsWith(kind));
  return (
    <Page
      title="Activity"
      lead="Everything that certferry did, the last first."
      actions={
        <Select
          aria-label="Show"
          placeholder="Everything"
          data={KINDS}
          size="xs"
          clearable
          value={kind}
          onChange={(next) => setParams(next === null ? {} : { kind: next }, { replace: true })}
          clearButtonProps={{ 'aria-label': 'Everything' }}
        />
      }
    >
      {log.error && <ProblemNote error={log.error} />}
      <div className="panel">
        <Scroll>
          {entries.length === 0 && !log.isLoading ? (
            <Empty title="Nothing of this kind" />
          ) : (
            <Entries entries={entries} />
          )}
        </Scroll>
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

function Entries({ entries }: { readonly entries: readonly ActivityEntry[] }) {
  return (
    <Table aria-label="Activity">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th>
            <span className="visually-hidden">More</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map(({ seq, at, event, sentence }) => (
          <Table.Tr key={seq}>
            <Table.Td style={{ whiteSpace: 'nowrap' }}>
              <Moment at={at} />
            </Table.Td>
            <Table.Td className="in-words">{sentence}</Table.Td>
            <Table.Td>{'renewalId' in event && <Link href={`/renewals/${event.renewalId}`}>Renewal</Link>}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function all(data: InfiniteData<readonly ActivityEntry[]> | undefined): readonly ActivityEntry[] {
  return data?.pages.flat() ?? [];
}

/** The log begins with event 1. */
function olderThan(page: readonly ActivityEntry[]): number | undefined {
  const last = page.at(-1)?.seq ?? 1;
  return last > 1 ? last : undefined;
}
