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
      <Deeds
        deeds={[
          ...(hasPassword ? [{ ...passwordDeed(name), run: reset }] : []),
          ...(secondFactor
            ? [{ ...secondFactorDeed(name), run: () => action.mutate({ do: 'reset-second-factor', user }) }]
            : []),
          { ...removalDeed(name), run: () => action.mutate({ do: 'remove', user }, { onSuccess: onClose }) },
        ]}
      />
    </Stack>
  );
}

interface Deed {
  readonly label: string;
  readonly consequence: string;
  readonly yes: string;
  readonly run: () => void;
}

function passwordDeed(name: string): Omit<Deed, 'run'> {
  return {
    label: 'Reset password',
    consequence: `The password of ${name} stops working, and ${name} is logged out everywhere. A new one is shown here, to be handed over.`,
    yes: `Reset the password of ${name}`,
  };
}

function secondFactorDeed(name: string): Omit<Deed, 'run'> {
  return {
    label: 'Reset second factor',
    consequence: `The app and the recovery codes of ${name} stop working, and ${name} is logged out everywhere. Until a new one is set up, the password alone lets ${name} in.`,
    yes: `Reset the second factor of ${name}`,
  };
}

function removalDeed(name: string): Omit<Deed, 'run'> {
  return {
    label: 'Remove',
    consequence: `${name} is logged out and cannot log in again. What belongs to ${name} belongs to nobody afterwards.`,
    yes: `Remove ${name} for good`,
  };
}

/** Each says what follows, here in the dialog, before it is done. */
function Deeds({ deeds }: { readonly deeds: readonly Deed[] }) {
  const [chosen, choose] = useState<Deed | null>(null);
  if (chosen === null)
    return (
      <Group gap="xs">
        {deeds.map((deed) => (
          <Button key={deed.label} variant="default" onClick={() => choose(deed)}>
            {deed.label}
          </Button>
        ))}
      </Group>
    );
  const confirm = () => {
    choose(null);
    chosen.run();
  };
  return (
    <Stack gap="xs" className="note" data-tone="person" role="group" aria-label={chosen.label}>
      <Text>{chosen.consequence}</Text>
      <Group gap="xs">
        <Button variant="default" autoFocus onClick={() => choose(null)}>
          Leave it as it is
        </Button>
        <Button color="red.9" onClick={confirm}>
          {chosen.yes}
        </Button>
      </Group>
    </Stack>
  );
}
