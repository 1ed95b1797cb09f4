import { Select, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PluginDeclaration, PluginView } from '../api/types.ts';
import { Panel } from '../ui/panel.tsx';
import { type PartDraft, part } from './draft.ts';
import { pluginFieldErrors } from './field-errors.ts';
import { SettingsForm } from './settings-form.tsx';

interface PartSectionProps {
  readonly title: string;
  readonly id: string;
  readonly plugins: readonly PluginDeclaration[];
  readonly draft: PartDraft;
  readonly stored: PluginView | null;
  readonly error: Error | null;
  readonly onChange: (draft: PartDraft) => void;
  /** Between the choice and the fields, or after them. */
  readonly children?: ReactNode;
  readonly lead?: ReactNode;
}

/** One side of a connection: which product or service, and only the fields that it needs. */
export function PartSection(props: PartSectionProps) {
  const { title, plugins, draft, children, lead } = props;
  return (
    <Panel title={title}>
      <div className="fields">
        {lead}
        {plugins.length > 1 && <PluginChoice {...props} />}
        <PartFields {...props} />
        {children}
        {draft.plugin !== '' && <Caveats plugin={plugins.find(({ id }) => id === draft.plugin)} />}
      </div>
    </Panel>
  );
}

export function PluginChoice({ title, plugins, draft, onChange }: PartSectionProps) {
  return (
    <Select
      label={title}
      placeholder="Choose"
      required
      searchable
      data={plugins.map((plugin) => ({ value: plugin.id, label: plugin.title }))}
      value={draft.plugin === '' ? null : draft.plugin}
      onChange={(plugin) => plugin !== null && onChange(part(plugin))}
      description={plugins.find((plugin) => plugin.id === draft.plugin)?.summary}
    />
  );
}

export function PartFields({ id, plugins, draft, stored, error, onChange }: PartSectionProps) {
  const plugin = plugins.find((one) => one.id === draft.plugin);
  if (!plugin || Object.keys(plugin.settings.properties).length === 0) return null;
  const secretsSet = stored?.plugin === plugin.id ? stored.secretsSet : NONE;
  return (
    <SettingsForm
      key={plugin.id}
      plugin={plugin}
      id={id}
      settings={draft.settings}
      secretsSet={secretsSet}
      errors={pluginFieldErrors(error, plugin)}
      onChange={(settings) => onChange({ ...draft, settings })}
    />
  );
}

const NONE: readonly string[] = [];

function Caveats({ plugin }: { readonly plugin: PluginDeclaration | undefined }) {
  if (!plugin || plugin.caveats.length === 0) return null;
  return (
    <details>
      <summary>Known limits</summary>
      {plugin.caveats.map(({ text, link }) => (
        <Text key={text} size="sm">
          {text}{' '}
          <a href={link} target="_blank" rel="noreferrer" aria-label={`Source: ${text}`}>
            Source
          </a>
        </Text>
      ))}
    </details>
  );
}
