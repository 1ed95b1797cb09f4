import { Group, Loader, Stack, Table } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { remove } from '../api/client.ts';
import { keys, useCalendars } from '../api/queries.ts';
import type { CalendarView } from '../api/types.ts';
import { RoleButton } from '../session/role-button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { NextOpenings } from './next-openings.tsx';
import './calendars.css';

/** Its fields are loaded when somebody changes something. */
const CalendarForm = lazy(async () => ({ default: (await import('./calendar-form.tsx')).CalendarForm }));

/** When renewals may begin and services may be restarted. */
export function CalendarsSection() {
  const query = useCalendars();
  // The calendar that is being changed; 'new' for one that is being added.
  const [form, setForm] = useState<CalendarView | 'new' | null>(null);
  const close = () => setForm(null);
  return (
    <Stack gap="md">
      <Panel
        title="Calendars"
        flush
        aside={
          <RoleButton needs="admin" variant="default" onClick={() => setForm('new')} disabled={form !== null}>
            Add a calendar
          </RoleButton>
        }
      >
        <Loaded query={query}>{(calendars) => <Calendars calendars={calendars} onChange={setForm} />}</Loaded>
      </Panel>
      {form !== null && (
        <Suspense fallback={<Loader size="sm" aria-label="Loading" />}>
          <CalendarForm key={form === 'new' ? 'new' : form.id} stored={form === 'new' ? null : form} onClose={close} />
        </Suspense>
      )}
    </Stack>
  );
}

interface CalendarsProps {
  readonly calendars: readonly CalendarView[];
  readonly onChange: (calendar: CalendarView) => void;
}

function Calendars({ calendars, onChange }: CalendarsProps) {
  const queries = useQueryClient();
  const deletion = useMutation({
    mutationFn: ({ id }: CalendarView) => remove(`/calendars/${id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.calendars }),
  });
  if (calendars.length === 0)
    return (
      <Empty title="No calendar yet">
        Without one, renewals begin and services restart at any time. A connection chooses its calendars when it is
        edited.
      </Empty>
    );
  return (
    <>
      {deletion.error && <ProblemNote error={deletion.error} />}
      <Table className="cards" aria-label="Calendars">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Open</Table.Th>
            <Table.Th>Next openings</Table.Th>
            <Table.Th>Used by</Table.Th>
            <Table.Th>
              <span className="visually-hidden">Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {calendars.map((calendar) => (
            <CalendarRow key={calendar.id} calendar={calendar} onChange={onChange} onDelete={deletion.mutate} />
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

interface CalendarRowProps {
  readonly calendar: CalendarView;
  readonly onChange: (calendar: CalendarView) => void;
  readonly onDelete: (calendar: CalendarView) => void;
}

function CalendarRow({ calendar, onChange, onDelete }: CalendarRowProps) {
  const { name, words, freezes, iCalendar, usedBy } = calendar;
  return (
    <Table.Tr>
      <Table.Td fw={550}>{name}</Table.Td>
      <Table.Td>
        <div>{words}</div>
        {freezes.map(({ from, to, reason }) => (
          <div key={`${from} ${to} ${reason}`} className="quiet">
            not {from === to ? from : `${from} to ${to}`}: {reason}
          </div>
        ))}
        {iCalendar && (
          <div className="quiet">
            {iCalendar.kind === 'url'
              ? `not during the events of ${hostOf(iCalendar.url)}`
              : 'not during the events of a pasted file'}
          </div>
        )}
      </Table.Td>
      <Table.Td>
        <NextOpenings forecast={calendar} />
      </Table.Td>
      <Table.Td data-label="Used by">
        {usedBy.length > 0 ? usedBy.join(', ') : <span className="quiet">nobody</span>}
      </Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap" className="row-actions">
          <RoleButton needs="admin" variant="default" onClick={() => onChange(calendar)} aria-label={`Change ${name}`}>
            Change
          </RoleButton>
          <RoleButton
            needs="admin"
            variant="default"
            disabled={usedBy.length > 0}
            title={usedBy.length > 0 ? 'Connections use it.' : undefined}
            onClick={() => onDelete(calendar)}
            aria-label={`Delete ${name}`}
          >
            Delete
          </RoleButton>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
