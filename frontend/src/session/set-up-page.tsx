import { Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { SessionView } from '../api/access-types.ts';
import { post } from '../api/client.ts';
import { Logo } from '../shell/logo.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { NewPassword, usePasswordPair } from './new-password.tsx';
import { beginSession } from './session.ts';

/** The first minute: somebody has to be the administrator. */
export function SetUpPage() {
  // Behind the "#", so that it is in no request and no log.
  const [token, setToken] = useState(() => decodeURIComponent(location.hash.slice(1)));
  const [fromAddress] = useState(token !== '');
  const [user, setUser] = useState('');
  const pair = usePasswordPair();
  const create = useMutation({
    mutationFn: () => post<SessionView>('/setup', { token: token.trim(), user: user.trim(), password: pair.password }),
    onSuccess: (me) => {
      history.replaceState(null, '', '/');
      beginSession(me);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (pair.check()) create.mutate();
  };
  return (
    <form onSubmit={submit} className="panel login-form">
      <Stack gap="md">
        <Title order={1} className="login-title">
          <Logo /> Welcome to certferry
        </Title>
        <Text>
          Nobody can log in yet. Create the first administrator; others are added later, under Settings, Users.
        </Text>
        {!fromAddress && (
          <PasswordInput
            label="Set-up token"
            description="The daemon printed it when it started, and keeps it in the file setup-token of its data folder."
            autoComplete="off"
            required
            size="sm"
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the set-up token' }}
          />
        )}
        <TextInput
          label="User"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          size="sm"
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
        />
        <NewPassword pair={pair} />
        {create.error && <ProblemNote error={create.error} />}
        <Button type="submit" size="sm" loading={create.isPending}>
          Create the administrator
        </Button>
      </Stack>
    </form>
  );
}
