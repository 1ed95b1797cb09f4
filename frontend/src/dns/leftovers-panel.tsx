import { Button, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '../api/client.ts';
import { keys, useLeftovers } from '../api/queries.ts';
import type { Leftover, Swept } from '../api/types.ts';
import { useLock } from '../session/may.ts';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';

/** TXT records and HTTP files that a renewal published and could not remove. */
export function LeftoversPanel() {
  const queries = useQueryClient();
  const operate = useLock('operator');
  const query = useLeftovers();
  const sweep = useMutation({
    mutationFn: () => post<readonly Swept[]>('/dns/sweep'),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.leftovers }),
  });
  const some = (query.data?.length ?? 0) > 0;
  return (
    <Panel
      title="Left behind"
      aside={
        <Button
          variant="default"
          disabled={!some}
          {...operate}
          loading={sweep.isPending}
          onClick={() => sweep.mutate()}
        >
          Remove them
        </Button>
      }
      flush
    >
      <Stack gap="xs">
        {sweep.error && <ProblemNote error={sweep.error} />}
        {sweep.data && <Text p="sm">{told(sweep.data)}</Text>}
        <Loaded query={query}>{(records) => <Records records={records} troubles={sweep.data ?? []} />}</Loaded>
      </Stack>
    </Panel>
  );
}

interface RecordsProps {
  readonly records: readonly Leftover[];
  readonly troubles: readonly Swept[];
}

function Records({ records, troubles }: RecordsProps) {
  if (records.length === 0)
    return (
      <Empty title="No renewal left a record behind">certferry looks every night and removes what it finds.</Empty>
    );
  return (
    <Table aria-label="Records left behind">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>TXT value, or text</Table.Th>
          <Table.Th>Why it stayed</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {records.map(({ fqdn, value }) => (
          <Table.Tr key={`${fqdn} ${value}`}>
            <Table.Td className="mono">{fqdn}</Table.Td>
            <Table.Td className="mono">{value}</Table.Td>
            <Table.Td>{troubles.find((one) => one.value === value)?.trouble ?? 'its renewal says'}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function told(swept: readonly Swept[]): string {
  const removed = swept.filter(({ trouble }) => trouble === null).length;
  return `${removed} of ${swept.length} removed.`;
}
