import { Textarea } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import { useState } from 'react';
import { Prose } from '../ui/prose.tsx';

/** A list of names, fingerprints or ports, one on each line. */
export function LinesField({ schema, formData, fieldPathId, rawErrors, uiSchema, required, onChange }: FieldProps) {
  const items: readonly unknown[] = Array.isArray(formData) ? formData : [];
  const stored = items.join('\n');
  const [typed, setTyped] = useState(stored);
  const numbers = uiSchema?.['ui:numbers'] === true;
  const separators = uiSchema?.['ui:wholeLines'] === true ? /\n+/ : /[\n,]+/;
  // What was set from outside (a fingerprint that was trusted) replaces what is shown; a line being typed does not.
  const shown = same(valuesIn(typed, separators, numbers), items) ? typed : stored;
  return (
    <Textarea
      label={schema.title}
      description={schema.description && <Prose>{schema.description}</Prose>}
      placeholder={uiSchema?.['ui:placeholder']}
      className="mono-input"
      autosize
      minRows={1}
      required={required ?? false}
      maxRows={8}
      id={fieldPathId.$id}
      value={shown}
      error={rawErrors?.join(' ')}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(valuesIn(event.currentTarget.value, separators, numbers), fieldPathId.path);
      }}
    />
  );
}

function valuesIn(text: string, separators: RegExp, numbers: boolean): readonly unknown[] {
  const lines = text.split(separators).map((line) => line.trim());
  return lines.filter(Boolean).map((line) => (numbers && /^\d+$/.test(line) ? Number(line) : line));
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
