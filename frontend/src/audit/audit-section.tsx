import { Button, Group, Select, Stack, Table, TextInput } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AuditEntryView } from '../api/audit-types.ts';
import { get } from '../api/client.ts';
import { useMay } from '../session/may.ts';
import { Empty } from '../ui/empty.tsx';
import { Moment } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { State } from '../words/state.tsx';
import { Chain } from './chain.tsx';

const PAGE_SIZE = 100;
const KINDS = [
  { value: 'session', label: 'Logins' },
  { value: 'connection', label: 'Connections' },
  { value: 'renewal', label: 'Renewals' },
  { value: 'user', label: 'Users' },
  { value: 'token', label: 'API tokens' },
  { value: 'credential', label: 'Credentials' },
  { value: 'backup', label: 'Backups' },
];
const OUTCOMES = [
  { value: 'done', label: 'Done' },
  { value: 'refused', label: 'Refused' },
  { value: 'failed', label: 'Failed' },
];
const LOOKS = {
  done: { word: 'Done', tone: 'served' },
  refused: { word: 'Refused', tone: 'off' },
  failed: { word: 'Failed', tone: 'person' },
} as const;

interface Filter {
  readonly actor: string;
  readonly action: string | null;
  readonly outcome: string | null;
}

/** Loaded when it is opened: React's lazy() takes the default export. */
// biome-ignore lint/style/noDefaultExport: see above
export default function AuditSection() {
  const may = useMay('admin');
  if (!may) return <Empty title="Only administrators see the audit">Ask one of them.</Empty>;
  return <AuditPanels />;
}

function AuditPanels() {
  const [filter, setFilter] = useState<Filter>({ actor: '', action: null, outcome: null });
  const log = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) => get<readonly AuditEntryView[]>(`/audit?${queryOf(filter, pageParam)}`, signal),
    initialPageParam: 0,
    getNextPageParam: (page: readonly AuditEntryView[]) => (page.length < PAGE_SIZE ? undefined : page.at(-1)?.seq),
  });
  const rows = log.data?.pages.flat() ?? [];
  return (
    <Stack gap="md">
      <Chain />
      <Panel title="Who did what" aside={<Export />} flush>
        <Filters filter={filter} onChange={setFilter} />
        {log.error && <ProblemNote error={log.error} />}
        {rows.length === 0 && !log.isLoading ? <Empty title="Nothing of this kind" /> : <Rows rows={rows} />}
        {log.hasNextPage && (
          <Group p="sm">
            <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
              Older
            </Button>
          </Group>
        )}
      </Panel>
    </Stack>
  );
}

function Export() {
  return (
    <Button
      component="a"
      href="/api/v1/audit/export"
      size="xs"
      variant="default"
      leftSection={<IconDownload size={14} />}
    >
      Export
    </Button>
  );
}

interface FiltersProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

function Filters({ filter, onChange }: FiltersProps) {
  return (
    <Group p="sm" gap="xs">
      <TextInput
        aria-label="Who"
        placeholder="Who"
        size="xs"
        value={filter.actor}
        onChange={({ currentTarget }) => onChange({ ...filter, actor: currentTarget.value })}
      />
      <Select
        aria-label="What"
        placeholder="Everything"
        data={KINDS}
        size="xs"
        clearable
        value={filter.action}
        onChange={(action) => onChange({ ...filter, action })}
        clearButtonProps={{ 'aria-label': 'Everything' }}
      />
      <Select
        aria-label="Outcome"
        placeholder="Any outcome"
        data={OUTCOMES}
        size="xs"
        clearable
        value={filter.outcome}
        onChange={(outcome) => onChange({ ...filter, outcome })}
        clearButtonProps={{ 'aria-label': 'Any outcome' }}
      />
    </Group>
  );
}

function Rows({ rows }: { readonly rows: readonly AuditEntryView[] }) {
  return (
    <Table aria-label="Audit" className="cards">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          <Table.Th>Who</Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th>From</Table.Th>
          <Table.Th>Outcome</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ seq, at, actor, role, words, subject, address, outcome }) => (
          <Table.Tr key={seq}>
            <Table.Td>
              <Moment at={at} />
            </Table.Td>
            <Table.Td data-label="Who">
              {actor ?? 'Nobody known'} {role !== null && <span className="quiet">({role})</span>}
            </Table.Td>
            <Table.Td data-label="What" className="in-words">
              {words}
              {subject !== null && <div className="quiet">{subject}</div>}
            </Table.Td>
            <Table.Td data-label="From" className="mono">
              {address ?? <span className="quiet">–</span>}
            </Table.Td>
            <Table.Td data-label="Outcome">
              <State look={LOOKS[outcome]} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function queryOf({ actor, action, outcome }: Filter, before: number): URLSearchParams {
  return new URLSearchParams({
    limit: String(PAGE_SIZE),
    ...(before > 0 && { before: String(before) }),
    ...(actor.trim() !== '' && { actor: actor.trim() }),
    ...(action !== null && { action }),
    ...(outcome !== null && { outcome }),
  });
}
