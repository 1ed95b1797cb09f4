import { Button, Group, TextInput } from '@mantine/core';
import { errorAt, type FieldErrors } from '../api/field-errors.ts';
import { type FreezeRow, newFreeze } from './draft.ts';

interface FreezeRowsProps {
  readonly rows: readonly FreezeRow[];
  readonly errors: FieldErrors;
  readonly onChange: (rows: readonly FreezeRow[]) => void;
}

/** Whole days on which nothing opens. */
export function FreezeRows({ rows, errors, onChange }: FreezeRowsProps) {
  const replace = (key: string, change: Partial<FreezeRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...change } : row)));
  return (
    <>
      {rows.map((row, index) => (
        <fieldset key={row.key} className="rule">
          <legend className="visually-hidden">Freeze {index + 1}</legend>
          <Group align="flex-start" gap="md">
            {(['from', 'to'] as const).map((field) => (
              <TextInput
                key={field}
                type="date"
                label={field === 'from' ? 'Closed from' : 'until and including'}
                w="10rem"
                value={row[field]}
                error={errorAt(errors, `freezes.${index}.${field}`)}
                onChange={(event) => replace(row.key, { [field]: event.currentTarget.value })}
              />
            ))}
            <TextInput
              label="Reason"
              value={row.reason}
              error={errorAt(errors, `freezes.${index}.reason`)}
              onChange={(event) => replace(row.key, { reason: event.currentTarget.value })}
            />
            <Button
              variant="default"
              className="rule-remove"
              onClick={() => onChange(rows.filter(({ key }) => key !== row.key))}
              aria-label={`Remove freeze ${index + 1}`}
            >
              Remove
            </Button>
          </Group>
        </fieldset>
      ))}
      <Group>
        <Button variant="default" onClick={() => onChange([...rows, newFreeze()])}>
          Add a freeze
        </Button>
      </Group>
    </>
  );
}
