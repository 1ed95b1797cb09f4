import { Button, Group, Stack, Switch, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { post, put } from '../api/client.ts';
import type { NotifierView, PluginDeclaration } from '../api/types.ts';
import { given } from '../connection-form/draft.ts';
import { pluginFieldErrors } from '../connection-form/field-errors.ts';
import { SettingsForm } from '../connection-form/settings-form.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { useRefresh } from './queries.ts';
import { SendTest } from './send-test.tsx';
import '../connection-form/connection-form.css';

interface ChannelFormProps {
  readonly plugin: PluginDeclaration;
  /** Null: a new channel. */
  readonly stored: NotifierView | null;
  readonly onClose: () => void;
}

/** The settings of a channel, drawn from its plugin. A test can be sent before anything is saved. */
export function ChannelForm({ plugin, stored, onClose }: ChannelFormProps) {
  const [name, setName] = useState(stored?.name ?? plugin.title);
  const [enabled, setEnabled] = useState(stored?.enabled ?? true);
  const [settings, setSettings] = useState<Readonly<Record<string, unknown>>>(stored?.settings ?? {});
  const refresh = useRefresh();
  const use = { plugin: plugin.id, settings: given(settings) };
  const save = useMutation({
    mutationFn: () =>
      stored === null
        ? post<NotifierView>('/notifiers', { ...use, name, enabled })
        : put<NotifierView>(`/notifiers/${stored.id}`, { ...use, name, enabled, version: stored.version }),
    onSuccess: () => {
      refresh();
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} aria-label={stored === null ? 'New channel' : `Edit ${stored.name}`}>
      <Stack gap="md" mt="sm">
        <TextInput
          label="Name of this channel"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <SettingsForm
          plugin={plugin}
          id={`notifier-${stored?.id ?? 'new'}`}
          settings={settings}
          secretsSet={stored?.secretsSet ?? []}
          errors={pluginFieldErrors(save.error, plugin)}
          onChange={setSettings}
        />
        <Switch
          label="Messages are sent over it"
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
        />
        {save.error && <ProblemNote error={save.error} />}
        <SendTest path="/notifiers/test" body={{ ...use, notifierId: stored?.id ?? null }} />
        <Group gap="xs" justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
