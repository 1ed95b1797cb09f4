import { Button, Chip, Group, Input, NumberInput, TextInput } from '@mantine/core';
import { errorAt, type FieldErrors } from '../api/field-errors.ts';
import { DAYS, newOpening, type OpeningRow } from './draft.ts';

interface OpeningRowsProps {
  readonly rows: readonly OpeningRow[];
  readonly errors: FieldErrors;
  readonly onChange: (rows: readonly OpeningRow[]) => void;
}

export function OpeningRows({ rows, errors, onChange }: OpeningRowsProps) {
  const replace = (key: string, change: Partial<OpeningRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...change } : row)));
  return (
    <>
      {rows.map((row, index) => (
        <fieldset key={row.key} className="rule">
          <legend className="visually-hidden">Opening {index + 1}</legend>
          <Days
            row={row}
            error={errorAt(errors, `openings.${index}.days`)}
            onChange={(days) => replace(row.key, { days })}
          />
          <Group align="flex-start" gap="md">
            <TextInput
              type="time"
              label="Opens at"
              w="8rem"
              value={row.start}
              error={errorAt(errors, `openings.${index}.start`)}
              onChange={(event) => replace(row.key, { start: event.currentTarget.value })}
            />
            <NumberInput
              label="For minutes"
              w="8rem"
              step={15}
              value={row.minutes}
              error={errorAt(errors, `openings.${index}.minutes`)}
              onChange={(minutes) => replace(row.key, { minutes: Number(minutes) })}
            />
            {rows.length > 1 && (
              <Button
                variant="default"
                className="rule-remove"
                onClick={() => onChange(rows.filter(({ key }) => key !== row.key))}
                aria-label={`Remove opening ${index + 1}`}
              >
                Remove
              </Button>
            )}
          </Group>
        </fieldset>
      ))}
      {errors.openings && <Input.Error>{errors.openings}</Input.Error>}
      <Group>
        <Button variant="default" onClick={() => onChange([...rows, newOpening()])}>
          Add an opening
        </Button>
      </Group>
    </>
  );
}

interface DaysProps {
  readonly row: OpeningRow;
  readonly error: string | undefined;
  readonly onChange: (days: OpeningRow['days']) => void;
}

function Days({ row, error, onChange }: DaysProps) {
  const toggle = (day: OpeningRow['days'][number], on: boolean) =>
    onChange(DAYS.map(({ value }) => value).filter((value) => (value === day ? on : row.days.includes(value))));
  return (
    <Input.Wrapper label="Days on which it opens" labelElement="div" error={error}>
      <Group gap={6} mt={4}>
        {DAYS.map(({ value, label }) => (
          <Chip
            key={value}
            size="xs"
            variant="outline"
            checked={row.days.includes(value)}
            onChange={(on) => toggle(value, on)}
          >
            {label}
          </Chip>
        ))}
      </Group>
    </Input.Wrapper>
  );
}
