import { Button, Group, Progress, Stack, Table } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { post } from '../api/client.ts';
import { left, useBulk } from '../api/list-queries.ts';
import { keys } from '../api/queries.ts';
import type { BulkState, BulkView } from '../api/types.ts';
import { useLock } from '../session/may.ts';
import { Loaded } from '../ui/loading.tsx';
import { many } from '../ui/many.ts';
import { Moment } from '../ui/moment.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { State } from '../words/state.tsx';
import { BULK_LOOKS } from '../words/states.ts';

/** How far it is, and what came of each: closing the window changes nothing. */
export function BulkResult({ id }: { readonly id: string }) {
  return <Loaded query={useBulk(id)}>{(bulk) => <Shown bulk={bulk} />}</Loaded>;
}

function Shown({ bulk }: { readonly bulk: BulkView }) {
  const { actor, askedAt, counts, items } = bulk;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <Stack gap="sm">
      <span className="quiet">
        Asked for by {actor}, <Moment at={askedAt} />
      </span>
      <Progress value={(100 * (total - left(bulk))) / total} aria-label="Done" />
      <Group justify="space-between">
        <Group gap="md" aria-live="polite">
          {STATES.filter((state) => counts[state] > 0).map((state) => (
            <span key={state}>
              <strong>{counts[state].toLocaleString('en')}</strong> <State look={BULK_LOOKS[state]} />
            </span>
          ))}
        </Group>
        {counts.waiting > 0 && <Stop bulk={bulk} />}
      </Group>
      <Scroll>
        <Table aria-label="Results" className="cards">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>State</Table.Th>
              <Table.Th>Connection</Table.Th>
              <Table.Th>In words</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map(({ connectionId, connectionName, state, message, renewalId }) => (
              <Table.Tr key={connectionId}>
                <Table.Td>
                  <State look={BULK_LOOKS[state]} />
                </Table.Td>
                <Table.Td>
                  <Link href={renewalId ? `/renewals/${renewalId}` : `/connections/${connectionId}`}>
                    {connectionName}
                  </Link>
                </Table.Td>
                <Table.Td className="in-words">{message}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
      {total > items.length && (
        <span className="quiet">{many(total - items.length, 'connection')} more are not listed here.</span>
      )}
    </Stack>
  );
}

const STATES: readonly BulkState[] = ['running', 'waiting', 'refused', 'done', 'stopped'];

function Stop({ bulk: { id, counts } }: { readonly bulk: BulkView }) {
  const queries = useQueryClient();
  const operate = useLock('operator');
  const stop = useMutation({
    mutationFn: () => post<BulkView>(`/bulk/${encodeURIComponent(id)}/stop`),
    onSuccess: (view) => queries.setQueryData(keys.bulk(id), view),
  });
  return (
    <Button {...operate} variant="default" loading={stop.isPending} onClick={() => stop.mutate()}>
      Do not begin the other {counts.waiting.toLocaleString('en')}
    </Button>
  );
}
