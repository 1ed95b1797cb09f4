import { Group, NumberInput, Select, Switch } from '@mantine/core';
import { errorAt, type FieldErrors } from '../api/field-errors.ts';
import { useCalendars } from '../api/queries.ts';
import type { CalendarView, EmergencyPolicy } from '../api/types.ts';
import type { PolicyDraft } from './draft.ts';

interface WindowFieldsProps {
  readonly policy: PolicyDraft;
  readonly restarts: boolean;
  readonly errors: FieldErrors;
  readonly onChange: (policy: PolicyDraft) => void;
}

const ALWAYS = 'always';
const FIRST_EMERGENCY: EmergencyPolicy = { daysLeft: 5, mode: 'ask' };

/** The calendars that a renewal and its restart wait for, and when they are not waited for any more. */
export function WindowFields({ policy, restarts, errors, onChange }: WindowFieldsProps) {
  const calendars = useCalendars().data ?? [];
  const { renewalCalendar, restartCalendar, emergency } = policy;
  return (
    <>
      <CalendarChoice
        label="Renew"
        description="When the schedule may begin a renewal. One that you start yourself begins at once."
        calendars={calendars}
        value={renewalCalendar}
        error={errorAt(errors, 'policy.renewalCalendar')}
        onChange={(chosen) => onChange({ ...policy, renewalCalendar: chosen })}
      />
      {restarts && (
        <CalendarChoice
          label="Restart"
          description="When services may be restarted. An installed certificate waits for it."
          calendars={calendars}
          value={restartCalendar}
          error={errorAt(errors, 'policy.restartCalendar')}
          onChange={(chosen) => onChange({ ...policy, restartCalendar: chosen })}
        />
      )}
      {(renewalCalendar !== null || (restarts && restartCalendar !== null)) && (
        <Emergency
          emergency={emergency}
          error={errorAt(errors, 'policy.emergency')}
          onChange={(next) => onChange({ ...policy, emergency: next })}
        />
      )}
    </>
  );
}

interface CalendarChoiceProps {
  readonly label: string;
  readonly description: string;
  readonly calendars: readonly CalendarView[];
  readonly value: number | null;
  readonly error: string | undefined;
  readonly onChange: (chosen: number | null) => void;
}

function CalendarChoice({ label, description, calendars, value, error, onChange }: CalendarChoiceProps) {
  const chosen = calendars.find(({ id }) => id === value);
  const opens = chosen ? ` ${chosen.words}; next ${chosen.next[0]?.words ?? 'never'}.` : '';
  return (
    <Select
      label={label}
      description={`${description}${opens}`}
      allowDeselect={false}
      data={[
        { value: ALWAYS, label: 'At any time' },
        ...calendars.map(({ id, name }) => ({ value: String(id), label: name })),
      ]}
      value={value === null ? ALWAYS : String(value)}
      error={error}
      onChange={(next) => onChange(next === null || next === ALWAYS ? null : Number(next))}
    />
  );
}

interface EmergencyProps {
  readonly emergency: EmergencyPolicy | null;
  readonly error: string | undefined;
  readonly onChange: (emergency: EmergencyPolicy | null) => void;
}

function Emergency({ emergency, error, onChange }: EmergencyProps) {
  return (
    <>
      <Switch
        label="Do not wait for these windows when the certificate is about to end"
        checked={emergency !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? FIRST_EMERGENCY : null)}
      />
      {emergency && (
        <Group align="flex-end" gap="md">
          <NumberInput
            label="Days that are left"
            min={1}
            max={365}
            maw="10rem"
            value={emergency.daysLeft}
            error={error}
            onChange={(days) => typeof days === 'number' && onChange({ ...emergency, daysLeft: days })}
          />
          <Select
            label="Then"
            allowDeselect={false}
            data={[
              { value: 'ask', label: 'Ask me' },
              { value: 'automatic', label: 'Go on at once' },
            ]}
            value={emergency.mode}
            onChange={(mode) => onChange({ ...emergency, mode: mode === 'automatic' ? 'automatic' : 'ask' })}
          />
        </Group>
      )}
    </>
  );
}
