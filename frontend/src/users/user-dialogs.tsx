import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Role, Scope, UserView } from '../api/access-types.ts';
import { Copy } from '../ui/copy.tsx';
import { Mono } from '../ui/mono.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { newPassword } from './new-secret.ts';
import { RoleField, ScopeField } from './role-fields.tsx';
import { useUserAction } from './use-users.ts';

interface AddUserDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function AddUserDialog({ opened, onClose }: AddUserDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Add user" centered>
      {opened && <AddUserForm onClose={onClose} />}
    </Modal>
  );
}

function AddUserForm({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [scope, setScope] = useState<Scope>('all');
  const [sso, setSso] = useState(false);
  const [password] = useState(newPassword);
  const add = useUserAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ do: 'add', user: { name: name.trim(), role, scope, password: sso ? null : password } });
  };
  if (add.isSuccess)
    return (
      <Stack gap="sm">
        {sso ? <Text>{name} can log in by single sign-on now.</Text> : <HandOver name={name} password={password} />}
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    );
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="User"
          autoComplete="off"
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleField role={role} onChange={setRole} />
        <ScopeField scope={scope} onChange={setScope} />
        <Checkbox
          label="Logs in by single sign-on only"
          checked={sso}
          onChange={(event) => setSso(event.currentTarget.checked)}
        />
        {add.error && <ProblemNote error={add.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button type="submit" loading={add.isPending}>
            Add user
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function HandOver({ name, password }: { readonly name: string; readonly password: string }) {
  return (
    <Stack gap={6} className="note" data-tone="pending">
      <Text>Give {name} this password. It is shown only now, and has to be changed at the first login.</Text>
      <Group gap={4}>
        <Mono>{password}</Mono>
        <Copy value={password} what="the password" />
      </Group>
    </Stack>
  );
}

interface UserDialogProps {
  /** Null: closed. */
  readonly user: UserView | null;
  readonly onClose: () => void;
}

/** Everything that can be done to one user. Takes effect at once. */
export function UserDialog({ user, onClose }: UserDialogProps) {
  return (
    <Modal opened={user !== null} onClose={onClose} title={user?.name} centered>
      {user && <UserForm key={user.id} user={user} onClose={onClose} />}
    </Modal>
  );
}

function UserForm({ user, onClose }: { readonly user: UserView; readonly onClose: () => void }) {
  const { name, role, scope, disabled, hasPassword, secondFactor } = user;
  const action = useUserAction();
  const [password, setPassword] = useState<string | null>(null);
  const reset = () => {
    const next = newPassword();
    action.mutate({ do: 'reset-password', user, password: next }, { onSuccess: () => setPassword(next) });
  };
  return (
    <Stack gap="sm">
      <RoleField role={role} onChange={(next) => action.mutate({ do: 'change', user, change: { role: next } })} />
      <ScopeField scope={scope} onChange={(next) => action.mutate({ do: 'change', user, change: { scope: next } })} />
      <Checkbox
        label="Disabled: cannot log in, and is logged out at once"
        checked={disabled}
        onChange={(event) => action.mutate({ do: 'change', user, change: { disabled: event.currentTarget.checked } })}
      />
      {password !== null && <HandOver name={name} password={password} />}
      {action.error && <ProblemNote error={action.error} />}
      <Group gap="xs">
        {hasPassword && (
          <Button variant="default" onClick={reset}>
            Reset password
          </Button>
        )}
        {secondFactor && (
          <Button variant="default" onClick={() => action.mutate({ do: 'reset-second-factor', user })}>
            Reset second factor
          </Button>
        )}
        <RemoveButton name={name} onRemove={() => action.mutate({ do: 'remove', user }, { onSuccess: onClose })} />
      </Group>
    </Stack>
  );
}

function RemoveButton({ name, onRemove }: { readonly name: string; readonly onRemove: () => void }) {
  const [sure, setSure] = useState(false);
  return sure ? (
    <Button color="red.9" onClick={onRemove}>
      Remove {name} for good
    </Button>
  ) : (
    <Button variant="default" onClick={() => setSure(true)}>
      Remove
    </Button>
  );
}
