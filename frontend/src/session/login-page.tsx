import { Button, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, tryToken } from '../api/client.ts';
import { Logo } from '../shell/logo.tsx';
import { beginSession, useSession } from './session.ts';
import './login-page.css';

export function LoginPage() {
  const { farewell } = useSession();
  const [candidate, setCandidate] = useState('');
  const login = useMutation({
    mutationFn: (accessToken: string) => tryToken(accessToken),
    onSuccess: (_, accessToken) => beginSession(accessToken),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate(candidate.trim());
  };
  return (
    <main className="login">
      <form onSubmit={submit} className="panel login-form">
        <Stack gap="md">
          <Title order={1} className="login-title">
            <Logo /> certferry
          </Title>
          {farewell !== null && <Text c="var(--pending)">{farewell}</Text>}
          <PasswordInput
            label="Access token"
            description="The daemon wrote it into the file access-token of its data folder. npm run lab prints it."
            autoComplete="current-password"
            data-autofocus
            autoFocus
            required
            size="sm"
            value={candidate}
            onChange={(event) => setCandidate(event.currentTarget.value)}
            error={login.error ? whyNot(login.error) : undefined}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the access token' }}
          />
          <Button type="submit" size="sm" loading={login.isPending}>
            Log in
          </Button>
        </Stack>
      </form>
    </main>
  );
}

function whyNot(error: Error): string {
  if (!(error instanceof ApiError)) return 'The daemon does not answer. Is it running?';
  if (error.problem.code === 'UNAUTHENTICATED') return 'This is not the access token of this installation.';
  return error.problem.detail;
}
