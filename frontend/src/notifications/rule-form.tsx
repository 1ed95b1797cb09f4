import { Button, Checkbox, Group, MultiSelect, Select, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { post, put } from '../api/client.ts';
import type { NotifierView, RuleView } from '../api/types.ts';
import { ConnectionsSelect } from '../connections/connections-select.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { useRefresh } from './queries.ts';
import { draftOfRule, KINDS, MINIMUMS, type RuleDraft, ruleInput } from './rule-draft.ts';

interface RuleFormProps {
  readonly notifiers: readonly NotifierView[];
  /** Null: a new rule. */
  readonly stored: RuleView | null;
  readonly onClose: () => void;
}

export function RuleForm({ notifiers, stored, onClose }: RuleFormProps) {
  const [draft, setDraft] = useState(() => draftOfRule(stored, notifiers));
  const change = (part: Partial<RuleDraft>) => setDraft((now) => ({ ...now, ...part }));
  const refresh = useRefresh();
  const save = useMutation({
    mutationFn: () =>
      stored === null
        ? post<RuleView>('/notification-rules', ruleInput(draft))
        : put<RuleView>(`/notification-rules/${stored.id}`, { ...ruleInput(draft), version: stored.version }),
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
    <form onSubmit={submit} aria-label={stored === null ? 'New rule' : `Edit ${stored.name}`}>
      <Stack gap="md" mb="md">
        <TextInput
          label="Name of this rule"
          required
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Select
          label="Channel"
          required
          data={notifiers.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={draft.notifierId}
          onChange={(notifierId) => change({ notifierId })}
        />
        <WhatFields draft={draft} change={change} />
        <DigestFields draft={draft} change={change} />
        {save.error && <ProblemNote error={save.error} />}
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

interface FieldsProps {
  readonly draft: RuleDraft;
  readonly change: (part: Partial<RuleDraft>) => void;
}

function WhatFields({ draft, change }: FieldsProps) {
  return (
    <>
      <Select
        label="How important"
        data={MINIMUMS}
        allowDeselect={false}
        value={draft.minimum}
        onChange={(minimum) => minimum && change({ minimum: minimum as RuleDraft['minimum'] })}
      />
      <ConnectionsSelect
        description="None chosen: all of them, and the daemon itself."
        ids={draft.connections}
        onChange={(connections) => change({ connections })}
      />
      <MultiSelect
        label="Only when"
        description="None chosen: whatever is the matter."
        data={KINDS}
        value={[...draft.kinds]}
        onChange={(kinds) => change({ kinds })}
      />
      <Checkbox
        label="Also every renewal that went well"
        checked={draft.includeSuccess}
        onChange={(event) => change({ includeSuccess: event.currentTarget.checked })}
      />
    </>
  );
}

function DigestFields({ draft, change }: FieldsProps) {
  return (
    <>
      <Checkbox
        label="Once a day, a digest"
        description="What is open, what was renewed, and what ends within 30 days."
        checked={draft.digest}
        onChange={(event) => change({ digest: event.currentTarget.checked })}
      />
      {draft.digest && (
        <Group gap="md" align="flex-start">
          <TextInput
            label="At"
            type="time"
            required
            value={draft.digestAt}
            onChange={(event) => change({ digestAt: event.currentTarget.value })}
          />
          <TextInput
            label="Time zone"
            required
            placeholder="Europe/Berlin"
            value={draft.timeZone}
            onChange={(event) => change({ timeZone: event.currentTarget.value })}
          />
          <Checkbox
            mt={28}
            label="Nothing but the digest"
            checked={draft.digestOnly}
            onChange={(event) => change({ digestOnly: event.currentTarget.checked })}
          />
        </Group>
      )}
    </>
  );
}
