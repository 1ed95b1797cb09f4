import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { SessionView } from '../api/access-types.ts';
import { put } from '../api/client.ts';
import { NewPassword, usePasswordPair } from '../session/new-password.tsx';
import { beginSession } from '../session/session.ts';
import { ProblemNote } from '../ui/problem.tsx';

/** `userName` is for password managers. */
export function PasswordForm({ userName }: { readonly userName: string }) {
  const [current, setCurrent] = useState('');
  const pair = usePasswordPair();
  const change = useMutation({
    mutationFn: () => put<SessionView>('/session/password', { current, next: pair.password }),
    onSuccess: (me) => {
      setCurrent('');
      pair.change('', '');
      beginSession(me);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (pair.check()) change.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw="26rem">
        <input type="text" autoComplete="username" value={userName} readOnly hidden />
        <PasswordInput
          label="Your password now"
          autoComplete="current-password"
          required
          size="sm"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show your password' }}
        />
        <NewPassword pair={pair} />
        {change.error && <ProblemNote error={change.error} />}
        {change.isSuccess && <Text role="status">Your password was changed. Other sessions were ended.</Text>}
        <Group>
          <Button type="submit" loading={change.isPending}>
            Change the password
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
