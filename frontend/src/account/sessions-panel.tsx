import { Button, Table } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SessionEntry } from '../api/access-types.ts';
import { get, remove } from '../api/client.ts';
import { Loaded } from '../ui/loading.tsx';
import { Moment } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';
import { browserOf } from './browser-of.ts';

const KEY = ['sessions'];

export function SessionsPanel() {
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get<readonly SessionEntry[]>('/session/sessions', signal),
  });
  const end = useMutation({
    mutationFn: (path: string) => remove(path),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <Panel
      title="Where you are logged in"
      aside={
        <Button
          variant="default"
          disabled={(query.data?.length ?? 0) < 2}
          loading={end.isPending}
          onClick={() => end.mutate('/session/sessions')}
        >
          End all others
        </Button>
      }
      flush
    >
      <Loaded query={query}>
        {(sessions) => (
          <Table aria-label="Sessions" className="cards">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Browser</Table.Th>
                <Table.Th>Address</Table.Th>
                <Table.Th>Used</Table.Th>
                <Table.Th>Since</Table.Th>
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sessions.map(({ id, current, agent, address, usedAt, createdAt }) => (
                <Table.Tr key={id}>
                  <Table.Td title={agent}>
                    {browserOf(agent)}
                    {current && <span className="quiet"> · this one</span>}
                  </Table.Td>
                  <Table.Td className="mono">{address}</Table.Td>
                  <Table.Td data-label="Used">
                    <Moment at={usedAt} />
                  </Table.Td>
                  <Table.Td data-label="Since">
                    <Moment at={createdAt} />
                  </Table.Td>
                  <Table.Td>
                    {!current && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={`End the session of ${browserOf(agent)} at ${address}`}
                        onClick={() => end.mutate(`/session/sessions/${id}`)}
                      >
                        End
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Loaded>
    </Panel>
  );
}
