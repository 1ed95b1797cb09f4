import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { EnrolmentView, RecoveryCodesView, SessionView } from '../api/access-types.ts';
import { get, post, put } from '../api/client.ts';
import { beginSession } from '../session/session.ts';
import { Copy } from '../ui/copy.tsx';
import { Mono } from '../ui/mono.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

/** Password, then the code of the app, then the recovery codes. */
export function SecondFactorSetUp() {
  const [password, setPassword] = useState('');
  const begin = useMutation({ mutationFn: () => post<EnrolmentView>('/session/totp', { password }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate();
  };
  if (begin.data) return <Confirm enrolment={begin.data} />;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw="26rem">
        <PasswordInput
          label="Your password"
          description="To be sure that it is you."
          autoComplete="current-password"
          required
          size="sm"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show your password' }}
        />
        {begin.error && <ProblemNote error={begin.error} />}
        <Group>
          <Button type="submit" loading={begin.isPending}>
            Set up a second factor
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Confirm({ enrolment: { secret, svg } }: { readonly enrolment: EnrolmentView }) {
  const [code, setCode] = useState('');
  const confirm = useMutation({ mutationFn: () => put<RecoveryCodesView>('/session/totp', { code }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  if (confirm.data) return <Done codes={confirm.data.recoveryCodes} />;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <div className="totp">
          <img src={`data:image/svg+xml,${encodeURIComponent(svg)}`} alt="QR code for an authenticator app" />
          <Stack gap={4}>
            <Text>Scan this with an authenticator app, or type:</Text>
            <Group gap={4}>
              <Mono>{secret.replaceAll(/(.{4})/g, '$1 ')}</Mono>
              <Copy value={secret} what="the secret" />
            </Group>
          </Stack>
        </div>
        <TextInput
          label="Code that the app shows now"
          autoComplete="one-time-code"
          inputMode="numeric"
          className="mono-input"
          required
          maw="16rem"
          size="sm"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        {confirm.error && <ProblemNote error={confirm.error} />}
        <Group>
          <Button type="submit" loading={confirm.isPending}>
            Turn it on
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Done({ codes }: { readonly codes: readonly string[] }) {
  const goOn = useMutation({ mutationFn: () => get<SessionView>('/session'), onSuccess: beginSession });
  return (
    <Stack gap="sm">
      <RecoveryCodes codes={codes} />
      <Group>
        <Button loading={goOn.isPending} onClick={() => goOn.mutate()}>
          I have kept them
        </Button>
      </Group>
    </Stack>
  );
}
