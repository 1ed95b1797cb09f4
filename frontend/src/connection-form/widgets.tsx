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
      placeholder={wordOf(schema, placeholder)}
      data={choicesOf(schema)}
      allowDeselect={false}
      maxDropdownHeight={320}
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

/** The placeholder of a choice is the value that counts when none is chosen. */
function wordOf(schema: WidgetProps['schema'], value: string | undefined): string | undefined {
  return choicesOf(schema).find((choice) => choice.value === value)?.label ?? value;
}
