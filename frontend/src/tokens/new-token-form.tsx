import { Button, Checkbox, Group, NumberInput, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { NewTokenView, Role } from '../api/access-types.ts';
import { ConnectionsSelect } from '../connections/connections-select.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { RoleField } from '../users/role-fields.tsx';
import { useNewToken } from './use-tokens.ts';

const DEFAULT_DAYS = 90;
const LONGEST_DAYS = 365;

export function NewTokenForm({ onMade }: { readonly onMade: (token: NewTokenView) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [ids, setIds] = useState<string[]>([]);
  const [isOwn, setOwn] = useState(false);
  const [expiresInDays, setDays] = useState(DEFAULT_DAYS);
  const create = useNewToken(onMade);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name, role, connectionIds: isOwn ? [] : ids.length === 0 ? null : ids.map(Number), expiresInDays });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="Name"
          description="What it is for: it stands beside everything that is done with it."
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleField role={role} onChange={setRole} />
        <Checkbox
          label="It sees only the certificates that it registers itself"
          checked={isOwn}
          onChange={(event) => setOwn(event.currentTarget.checked)}
        />
        {!isOwn && <ConnectionsSelect placeholder={ids.length === 0 ? 'All' : undefined} ids={ids} onChange={setIds} />}
        <NumberInput
          label="Good for days"
          min={1}
          max={LONGEST_DAYS}
          allowDecimal={false}
          value={expiresInDays}
          onChange={(value) => setDays(Number(value) || DEFAULT_DAYS)}
        />
        {create.error && <ProblemNote error={create.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            Create the token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
