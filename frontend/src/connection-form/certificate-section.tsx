import { Autocomplete, Button, Group, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { KeyKind } from '../api/types.ts';
import { Panel } from '../ui/panel.tsx';
import { type Draft, namesIn } from './draft.ts';
import { ownFieldErrors } from './field-errors.ts';
import { KeyFields } from './key-fields.tsx';

/** Names that something has already, to be taken over. */
export interface NameSuggestion {
  readonly source: string;
  readonly names: readonly string[];
}

interface CertificateSectionProps {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  readonly error: Error | null;
  readonly slots: readonly string[];
  /** There is nothing to choose. */
  readonly isOnlySlot: boolean;
  /** Kinds of keys that certferry makes for the host; empty: the appliance makes key and request. */
  readonly keyKinds: readonly KeyKind[];
  readonly suggestions: readonly NameSuggestion[];
}

export function CertificateSection({ draft, change, error, slots, ...props }: CertificateSectionProps) {
  const { isOnlySlot, keyKinds, suggestions } = props;
  const takesKey = keyKinds.length > 0;
  const errors = ownFieldErrors(error);
  return (
    <Panel title="Certificate">
      <div className="fields">
        <TextInput
          label="Name of this connection"
          description="As you want to read it in lists. Left empty: the first name in the certificate."
          placeholder={takesKey ? 'Web shop' : 'CUCM publisher'}
          value={draft.name}
          error={errors.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        {!isOnlySlot && (
          <Autocomplete
            label="Slot"
            description="The place for the certificate, in the appliance’s own words."
            required
            data={[...slots]}
            value={draft.slot}
            error={errors.slot}
            onChange={(slot) => change({ slot })}
          />
        )}
        <Textarea
          label="Names in the certificate"
          description={`One on each line; URLs are taken too.${takesKey ? '' : ' They are looked for in the request of the appliance.'}`}
          placeholder={takesKey ? 'www.example.com' : 'cucm-pub.example.com'}
          className="mono-input"
          autosize
          minRows={2}
          required
          value={draft.names}
          error={errors.dnsNames}
          onChange={(event) => change({ names: event.currentTarget.value })}
          onBlur={() => change({ names: namesIn(draft.names).join('\n') })}
        />
        <Suggestions draft={draft} change={change} suggestions={suggestions} />
        {takesKey && <KeyFields policy={draft.policy} keyKinds={keyKinds} onChange={(policy) => change({ policy })} />}
      </div>
    </Panel>
  );
}

function Suggestions({
  draft,
  change,
  suggestions,
}: Pick<CertificateSectionProps, 'draft' | 'change' | 'suggestions'>) {
  const given = namesIn(draft.names);
  const open = suggestions
    .map(({ source, names }) => ({ source, names: names.filter((name) => !given.includes(name)) }))
    .filter(({ names }) => names.length > 0);
  const add = (names: readonly string[]) =>
    change({ names: [...given, ...names].join('\n'), name: draft.name || (names[0] ?? '') });
  return open.map(({ source, names }) => (
    <section key={source} aria-label={`Names ${source}`}>
      <Text size="xs" className="quiet">
        {source}
      </Text>
      <Group gap={6}>
        {names.map((name) => (
          <Button
            key={name}
            size="compact-xs"
            variant="default"
            className="mono"
            leftSection={<IconPlus size={11} />}
            onClick={() => add([name])}
            aria-label={`Add ${name}`}
          >
            {name}
          </Button>
        ))}
        {names.length > 1 && (
          <Button size="compact-xs" variant="light" onClick={() => add(names)}>
            Add all {names.length}
          </Button>
        )}
      </Group>
    </section>
  ));
}
