import { Button, Divider, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { SessionView } from '../api/access-types.ts';
import { ApiError } from '../api/api-error.ts';
import { post } from '../api/client.ts';
import { Logo } from '../shell/logo.tsx';
import { beginSession } from './session.ts';

interface LoginPageProps {
  /** Why the last session ended. */
  readonly farewell: string | null;
  /** The name of the provider; null without single sign-on. */
  readonly sso: string | null;
}

export function LoginPage({ farewell, sso }: LoginPageProps) {
  const [[user, password, code], setFields] = useState(['', '', '']);
  const [refusal] = useState(refusalInAddress);
  const login = useMutation({
    mutationFn: () => post<SessionView>('/session', { user, password, ...(code === '' ? {} : { code }) }),
    onSuccess: beginSession,
  });
  const codeNeeded = isCodeNeeded(login.error) || code !== '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  return (
    <form onSubmit={submit} className="panel login-form">
      <Stack gap="md">
        <Title order={1} className="login-title">
          <Logo /> certferry
        </Title>
        {(farewell ?? refusal) !== null && <Text c="var(--pending)">{farewell ?? refusal}</Text>}
        <TextInput
          label="User"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          size="sm"
          value={user}
          onChange={(event) => setFields([event.currentTarget.value, password, code])}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          size="sm"
          value={password}
          onChange={(event) => setFields([user, event.currentTarget.value, code])}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        {codeNeeded && (
          <TextInput
            label="Code"
            description="From your authenticator app, or one of your recovery codes."
            autoComplete="one-time-code"
            className="mono-input"
            autoFocus
            required
            size="sm"
            value={code}
            onChange={(event) => setFields([user, password, event.currentTarget.value])}
          />
        )}
        <Text role="alert" c="var(--person)" className="login-refusal">
          {login.error && !isCodeNeeded(login.error) ? whyNot(login.error) : ''}
        </Text>
        <Button type="submit" size="sm" loading={login.isPending}>
          Log in
        </Button>
        {sso !== null && (
          <>
            <Divider label="or" />
            <Button component="a" href="/api/v1/session/oidc/start" variant="default" size="sm">
              Sign in with {sso}
            </Button>
          </>
        )}
      </Stack>
    </form>
  );
}

function isCodeNeeded(error: Error | null): boolean {
  return error instanceof ApiError && error.problem.code === 'SECOND_FACTOR_NEEDED';
}

function whyNot(error: Error): string {
  return error instanceof ApiError ? error.problem.detail : 'The daemon does not answer. Is it running?';
}

/** Single sign-on comes back with the code of an error in the address. */
function refusalInAddress(): string | null {
  const code = new URLSearchParams(location.search).get('refused');
  if (code === null) return null;
  history.replaceState(null, '', location.pathname);
  return code === 'FORBIDDEN'
    ? 'Single sign-on knows you, but you have no place here. Ask an administrator of certferry.'
    : 'Single sign-on did not work. Try again; if it repeats, the log of the daemon says why.';
}
