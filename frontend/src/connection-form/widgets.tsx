import { Checkbox, Select } from '@mantine/core';
import type { WidgetProps } from '@rjsf/utils';

/** One of a few; empty means what the placeholder says. */
export function ChoiceWidget({ id, label, value, required, disabled, rawErrors, onChange, ...props }: WidgetProps) {
  const { schema, placeholder } = props;
  return (
    <Select
      id={id}
      label={label}
      description={schema.description}
      placeholder={placeholder}
      data={(schema.enum ?? []).map(String)}
      value={value === undefined ? null : String(value)}
      required={required ?? false}
      disabled={disabled ?? false}
      error={rawErrors?.join(' ')}
      onChange={(chosen) => onChange(chosen ?? undefined)}
    />
  );
}

export function FlagWidget({ id, label, value, rawErrors, onChange, schema }: WidgetProps) {
  return (
    <Checkbox
      id={id}
      label={label}
      description={schema.description}
      checked={value === true}
      error={rawErrors?.join(' ')}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
