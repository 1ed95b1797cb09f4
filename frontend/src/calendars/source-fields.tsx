import { FileInput, SegmentedControl, Text, Textarea, TextInput } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { errorAt, type FieldErrors } from '../api/field-errors.ts';
import type { CalendarDraft, Source } from './draft.ts';

interface SourceFieldsProps {
  readonly draft: CalendarDraft;
  readonly errors: FieldErrors;
  readonly onChange: (change: Partial<CalendarDraft>) => void;
}

const SOURCES: readonly { readonly value: Source; readonly label: string }[] = [
  { value: 'none', label: 'None' },
  { value: 'url', label: 'Address' },
  { value: 'text', label: 'File' },
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
        <FileFields text={draft.text} error={errorAt(errors, 'iCalendar')} onChange={onChange} />
      )}
    </>
  );
}

interface FileFieldsProps {
  readonly text: string;
  readonly error: string | undefined;
  readonly onChange: SourceFieldsProps['onChange'];
}

/** The text stands below the picker: people see what was read, and can paste instead. */
function FileFields({ text, error, onChange }: FileFieldsProps) {
  const read = async (file: File | null) => {
    if (file) onChange({ text: await file.text() });
  };
  return (
    <>
      <FileInput
        label="Read it from a file"
        placeholder="freezes.ics"
        accept=".ics,.ical,.ifb,text/calendar"
        leftSection={<IconFileImport size={14} />}
        onChange={(file) => void read(file)}
      />
      <Textarea
        label="Content"
        description="Of the file that you chose, or pasted."
        placeholder="BEGIN:VCALENDAR"
        className="mono-input"
        autosize
        minRows={3}
        maxRows={10}
        value={text}
        error={error}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
    </>
  );
}
