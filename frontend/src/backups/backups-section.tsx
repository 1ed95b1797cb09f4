import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { get, post } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { Backup, BackupsView } from '../api/types.ts';
import { useMay } from '../session/may.ts';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Moment } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';

/** The archives that there are, and a new one. */
export function BackupsSection() {
  const may = useMay('admin');
  if (!may) return <Empty title="Only administrators see backups">An archive holds everything. Ask one of them.</Empty>;
  return <BackupsPanel />;
}

function BackupsPanel() {
  const queries = useQueryClient();
  const backups = useQuery({
    queryKey: keys.backups,
    queryFn: ({ signal }) => get<BackupsView>('/backups', signal),
  });
  const make = useMutation({
    mutationFn: () => post<Backup>('/backups'),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.backups }),
  });
  return (
    <Stack gap="md">
      <Loaded query={backups}>
        {(view) => (
          <>
            <Text>
              An archive holds the database and <span className="mono">accounts/</span>, encrypted with the master key.
              Keep the master key somewhere else: nothing else opens an archive, and{' '}
              <span className="mono">certferry restore</span> asks for it.
            </Text>
            <Panel title="Archives" flush aside={<MakeButton pending={make.isPending} onClick={() => make.mutate()} />}>
              <Group px="md" py="xs">
                <Text className="quiet">{scheduleOf(view)}</Text>
              </Group>
              {make.error && <ProblemNote error={make.error} />}
              {!make.error && view.failed && <LastFailure {...view.failed} />}
              <Archives backups={view.backups} />
            </Panel>
          </>
        )}
      </Loaded>
    </Stack>
  );
}

function MakeButton({ pending, onClick }: { readonly pending: boolean; onClick(): void }) {
  return (
    <Button size="xs" loading={pending} onClick={onClick}>
      Back up now
    </Button>
  );
}

/** Until one succeeds: people have to see it who did not ask for it. */
function LastFailure({ at, message }: NonNullable<BackupsView['failed']>) {
  return (
    <div className="note" data-tone="person" role="alert">
      <span className="state" data-tone="person">
        <IconAlertTriangle size={16} aria-hidden /> The last backup failed
      </span>
      <Text>{message}</Text>
      <Text className="quiet">
        <Moment at={at} />
      </Text>
    </div>
  );
}

function Archives({ backups }: { readonly backups: readonly Backup[] }) {
  if (backups.length === 0) return <Empty title="No archive yet">Make one now, and look that it arrives.</Empty>;
  return (
    <Table aria-label="Archives" className="cards">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Made</Table.Th>
          <Table.Th>Size</Table.Th>
          <Table.Th>Name</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {backups.map(({ name, at, bytes }) => (
          <Table.Tr key={name}>
            <Table.Td>
              <Moment at={at} />
            </Table.Td>
            <Table.Td data-label="Size">{sizeOf(bytes)}</Table.Td>
            <Table.Td data-label="Name" className="mono">
              {name}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function sizeOf(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function scheduleOf({ place, dailyAt, keep }: BackupsView): string {
  const when = dailyAt === null ? 'None is made by itself.' : `One is made every day at ${dailyAt}, daemon’s time.`;
  return `${when} They go into ${place}, and the last ${keep} are kept. Each is read back before it counts.`;
}
