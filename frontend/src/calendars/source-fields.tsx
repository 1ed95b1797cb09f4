import { SegmentedControl, Text, Textarea, TextInput } from '@mantine/core';
import type { CalendarDraft, Source } from './draft.ts';
import { type CalendarErrors, errorAt } from './field-errors.ts';

interface SourceFieldsProps {
  readonly draft: CalendarDraft;
  readonly errors: CalendarErrors;
  readonly onChange: (change: Partial<CalendarDraft>) => void;
}

const SOURCES: readonly { readonly value: Source; readonly label: string }[] = [
  { value: 'none', label: 'None' },
  { value: 'url', label: 'Address' },
  { value: 'text', label: 'Pasted file' },
];

/** Freezes that others keep: each event of an iCalendar file. */
export function SourceFields({ draft, errors, onChange }: SourceFieldsProps) {
  return (
    <>
      <div>
        <Text size="sm" fw={500} id="ical-label">
          Freezes from iCalendar
        </Text>
        <Text size="xs" className="quiet" mb={4}>
          Each event is a freeze. An address is read again every hour.
        </Text>
        <SegmentedControl
          aria-labelledby="ical-label"
          size="xs"
          data={[...SOURCES]}
          value={draft.source}
          onChange={(source) => onChange({ source: SOURCES.find(({ value }) => value === source)?.value ?? 'none' })}
        />
      </div>
      {draft.source === 'url' && (
        <>
          <TextInput
            label="Address"
            placeholder="https://calendar.example.com/freezes.ics"
            className="mono-input"
            value={draft.url}
            error={errorAt(errors, 'iCalendar')}
            onChange={(event) => onChange({ url: event.currentTarget.value })}
          />
          <Textarea
            label="CA bundle"
            description="PEM, where a private CA signs for this address."
            className="mono-input"
            autosize
            minRows={1}
            maxRows={6}
            value={draft.caBundle}
            onChange={(event) => onChange({ caBundle: event.currentTarget.value })}
          />
        </>
      )}
      {draft.source === 'text' && (
        <Textarea
          label="File"
          placeholder="BEGIN:VCALENDAR"
          className="mono-input"
          autosize
          minRows={3}
          maxRows={10}
          value={draft.text}
          error={errorAt(errors, 'iCalendar')}
          onChange={(event) => onChange({ text: event.currentTarget.value })}
        />
      )}
    </>
  );
}
