import { Button, Checkbox, Group, PasswordInput, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { SsoTestView, SsoView } from '../api/access-types.ts';
import { ApiError } from '../api/api-error.ts';
import { changeTagged, getTagged, post, type Tagged } from '../api/client.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Copy } from '../ui/copy.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Mono } from '../ui/mono.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { ScopeField } from './role-fields.tsx';
import { draftOf, type SsoDraft, settingsOf } from './sso-draft.ts';

const SSO = queryOptions({
  queryKey: ['sso'],
  queryFn: ({ signal }) => getTagged<SsoView>('/access/sso', signal),
});

export function SsoPanel() {
  const query = useQuery(SSO);
  return (
    <Panel title="Single sign-on (OpenID Connect)">
      <Loaded query={query}>{(stored) => <SsoForm stored={stored} />}</Loaded>
    </Panel>
  );
}

function SsoForm({ stored: { value: view, tag: storedTag } }: { readonly stored: Tagged<SsoView> }) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(view.settings));
  // Of what is typed over, and not of what was read since: that is somebody else's, and nobody has looked at it.
  const [tag, setTag] = useState(storedTag);
  const [clientSecret, setSecret] = useState('');
  const input = () => ({ settings: settingsOf(draft), ...(clientSecret === '' ? {} : { clientSecret }) });
  const reread = async () => {
    const { value, tag: next } = await queries.fetchQuery({ ...SSO, staleTime: 0 });
    setTag(next);
    setDraft(draftOf(value.settings));
    setSecret('');
  };
  const test = useMutation({ mutationFn: () => post<SsoTestView>('/access/sso/test', input()) });
  const save = useMutation({ mutationFn: () => changeTagged('PUT', '/access/sso', tag, input()), onSuccess: reread });
  const turnOff = useMutation({ mutationFn: () => changeTagged('DELETE', '/access/sso', tag), onSuccess: reread });
  const startOver = () => {
    save.reset();
    turnOff.reset();
    return reread();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const error = test.error ?? save.error ?? turnOff.error;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Group gap={4}>
          <Text>Register this redirect address at the provider:</Text> <Mono>{view.redirectUri}</Mono>
          <Copy value={view.redirectUri} what="the redirect address" />
        </Group>
        <Fields draft={draft} onChange={(change) => setDraft({ ...draft, ...change })} />
        <PasswordInput
          label="Client secret"
          description={view.clientSecretSet ? 'One is stored; leave this empty to keep it.' : undefined}
          autoComplete="off"
          maw="34rem"
          value={clientSecret}
          onChange={(event) => setSecret(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the client secret' }}
        />
        {error && <ProblemNote error={error} />}
        {error instanceof ApiError && error.problem.code === 'PRECONDITION_FAILED' && (
          <Group>
            <Button variant="default" onClick={() => void startOver()}>
              Show what is stored now
            </Button>
          </Group>
        )}
        {test.data && <Text role="status">The provider answers: {test.data.issuer}</Text>}
        {save.isSuccess && <Text role="status">Stored. The login page offers it now.</Text>}
        <Group gap="xs">
          <Button type="submit" loading={save.isPending}>
            {view.settings ? 'Store' : 'Turn on'}
          </Button>
          <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
            Test
          </Button>
          {view.settings && (
            <ConfirmButton
              label="Turn off"
              title="Turn off single sign-on"
              consequence="Who has no password of certferry can no longer log in. The settings and the client secret are deleted."
              yes="Turn it off"
              loading={turnOff.isPending}
              onConfirm={() => turnOff.mutate()}
            />
          )}
        </Group>
      </Stack>
    </form>
  );
}

interface FieldsProps {
  readonly draft: SsoDraft;
  readonly onChange: (change: Partial<SsoDraft>) => void;
}

const GROUP_FIELDS = [
  { field: 'admin', label: 'Groups of admins' },
  { field: 'operator', label: 'Groups of operators' },
  { field: 'viewer', label: 'Groups of viewers' },
] as const;

const TEXT_FIELDS = [
  { field: 'issuer', label: 'Issuer', placeholder: 'https://login.example.com/realms/voice', required: true },
  { field: 'clientId', label: 'Client ID', placeholder: 'certferry', required: true },
  { field: 'title', label: 'Name on the login page', placeholder: 'Example login', required: false },
  { field: 'scopes', label: 'Scopes', placeholder: 'openid profile email', required: false },
  { field: 'nameClaim', label: 'Claim with the user name', placeholder: 'preferred_username', required: false },
  { field: 'groupsClaim', label: 'Claim with the groups', placeholder: 'groups', required: false },
] as const;

function Fields({ draft, onChange }: FieldsProps) {
  return (
    <Stack gap="sm" maw="34rem">
      {TEXT_FIELDS.map(({ field, ...props }) => (
        <TextInput
          key={field}
          {...props}
          value={draft[field]}
          onChange={(event) => onChange({ [field]: event.currentTarget.value })}
        />
      ))}
      {GROUP_FIELDS.map(({ field, label }) => (
        <TextInput
          key={field}
          label={label}
          description="Several with commas between."
          value={draft[field]}
          onChange={(event) => onChange({ [field]: event.currentTarget.value })}
        />
      ))}
      <Select
        label="Everybody else"
        placeholder="does not get in"
        data={['viewer', 'operator']}
        clearable
        clearButtonProps={{ 'aria-label': 'Does not get in' }}
        value={draft.otherwise}
        onChange={(otherwise) => onChange({ otherwise })}
      />
      <Checkbox
        label="People whom nobody has added get in too, when a group gives them a role"
        checked={draft.createUsers}
        onChange={(event) => onChange({ createUsers: event.currentTarget.checked })}
      />
      {draft.createUsers && (
        <ScopeField label="They see" scope={draft.scopeOfNew} onChange={(scopeOfNew) => onChange({ scopeOfNew })} />
      )}
      <Textarea
        label="CA of the provider"
        description="PEM. Only when it is a private one."
        autosize
        maxRows={6}
        className="mono-input"
        value={draft.caBundle}
        onChange={(event) => onChange({ caBundle: event.currentTarget.value })}
      />
    </Stack>
  );
}
