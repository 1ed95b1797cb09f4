import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { post, put } from '../api/client.ts';
import { errorAt, fieldErrors } from '../api/field-errors.ts';
import { keys } from '../api/queries.ts';
import type { CalendarView } from '../api/types.ts';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { type CalendarDraft, calendarDraftOf, emptyCalendar, rulesOf } from './draft.ts';
import { FreezeRows } from './freeze-rows.tsx';
import { NextOpenings } from './next-openings.tsx';
import { OpeningRows } from './opening-rows.tsx';
import { SourceFields } from './source-fields.tsx';
import { usePreview } from './use-preview.ts';

interface CalendarFormProps {
  /** Null: a new calendar. */
  readonly stored: CalendarView | null;
  readonly onClose: () => void;
}

/** One calendar, with what its rules come to beside it while they are typed. */
export function CalendarForm({ stored, onClose }: CalendarFormProps) {
  const [draft, setDraft] = useState(() => (stored ? calendarDraftOf(stored) : emptyCalendar()));
  const change = (part: Partial<CalendarDraft>) => setDraft((now) => ({ ...now, ...part }));
  const preview = usePreview(draft, stored?.id ?? null);
  const save = useSaveCalendar(stored, onClose);
  const errors = { ...fieldErrors(preview.error), ...fieldErrors(save.error) };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  return (
    <form onSubmit={submit} aria-label="Calendar">
      <Panel title={stored ? `Change ${stored.name}` : 'New calendar'}>
        <div className="calendar-form">
          <Stack gap="md">
            <TextInput
              label="Name"
              placeholder="Weekend nights"
              required
              value={draft.name}
              error={errorAt(errors, 'name')}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
            <ZoneField zone={draft.zone} error={errorAt(errors, 'zone')} onChange={(zone) => change({ zone })} />
            <OpeningRows rows={draft.openings} errors={errors} onChange={(openings) => change({ openings })} />
            <FreezeRows rows={draft.freezes} errors={errors} onChange={(freezes) => change({ freezes })} />
            <SourceFields draft={draft} errors={errors} onChange={change} />
          </Stack>
          <section aria-label="What it comes to" aria-live="polite">
            <Text fw={550}>What it comes to</Text>
            {preview.error ? (
              <Text c="var(--person)">{preview.error.message}</Text>
            ) : (
              preview.data && (
                <>
                  <Text className="quiet">{preview.data.words}</Text>
                  <NextOpenings forecast={preview.data} />
                </>
              )
            )}
          </section>
        </div>
        {save.error && <ProblemNote error={save.error} />}
        <Group gap="xs" justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save calendar
          </Button>
        </Group>
      </Panel>
    </form>
  );
}

function useSaveCalendar(stored: CalendarView | null, onSaved: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (draft: CalendarDraft) => {
      const input = { name: draft.name, ...rulesOf(draft) };
      return stored === null
        ? post<CalendarView>('/calendars', input)
        : put<CalendarView>(`/calendars/${stored.id}`, { ...input, version: stored.version });
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.calendars });
      onSaved();
    },
  });
}

interface ZoneFieldProps {
  readonly zone: string;
  readonly error: string | undefined;
  readonly onChange: (zone: string) => void;
}

function ZoneField({ zone, error, onChange }: ZoneFieldProps) {
  return (
    <Select
      label="Time zone"
      description="Openings follow its wall clock, summer and winter."
      searchable
      limit={50}
      allowDeselect={false}
      data={[...new Set([zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])]}
      value={zone}
      error={error}
      onChange={(chosen) => chosen !== null && onChange(chosen)}
    />
  );
}
