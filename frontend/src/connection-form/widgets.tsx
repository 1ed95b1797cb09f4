import { Checkbox, PasswordInput, Select, Textarea } from '@mantine/core';
import type { WidgetProps } from '@rjsf/utils';
import { Prose } from '../ui/prose.tsx';

/** One of a few; what counts when none was chosen is shown as chosen. */
export function ChoiceWidget({ id, label, value, required, disabled, rawErrors, onChange, ...props }: WidgetProps) {
  const { schema, placeholder } = props;
  const chosen = value ?? schema.default;
  return (
    <Select
      id={id}
      label={label}
      description={schema.description && <Prose>{schema.description}</Prose>}
      placeholder={placeholder}
      data={choicesOf(schema)}
      allowDeselect={false}
      maxDropdownHeight={320}
      value={chosen === undefined ? null : String(chosen)}
      required={required ?? false}
      disabled={disabled ?? false}
      error={rawErrors?.join(' ')}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}

export function FlagWidget({ id, label, value, rawErrors, onChange, schema }: WidgetProps) {
  return (
    <Checkbox
      id={id}
      label={label}
      description={schema.description && <Prose>{schema.description}</Prose>}
      checked={value === true}
      error={rawErrors?.join(' ')}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

function choicesOf({ oneOf, enum: values = [] }: WidgetProps['schema']): readonly Choice[] {
  const titled = (oneOf ?? []).flatMap((one) =>
    typeof one === 'object' ? [{ value: String(one.const), label: one.title ?? String(one.const) }] : [],
  );
  return titled.length > 0 ? titled : values.map((value) => ({ value: String(value), label: String(value) }));
}

/** Never filled in by the browser with a password of somebody else. */
export function SecretWidget({ id, label, value, required, rawErrors, placeholder, onChange, schema }: WidgetProps) {
  return (
    <PasswordInput
      id={id}
      label={label}
      description={schema.description && <Prose>{schema.description}</Prose>}
      placeholder={placeholder}
      autoComplete="new-password"
      required={required ?? false}
      value={value ?? ''}
      error={rawErrors?.join(' ')}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** PEM and the like. */
export function LongTextWidget({ id, label, value, required, rawErrors, placeholder, onChange, schema }: WidgetProps) {
  return (
    <Textarea
      id={id}
      label={label}
      description={schema.description && <Prose>{schema.description}</Prose>}
      placeholder={placeholder}
      className="mono-input"
      autosize
      minRows={3}
      maxRows={10}
      required={required ?? false}
      value={value ?? ''}
      error={rawErrors?.join(' ')}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
