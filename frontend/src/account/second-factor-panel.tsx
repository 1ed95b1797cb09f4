import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { OwnAccount, RecoveryCodesView, SessionView } from '../api/access-types.ts';
import { get, post, remove } from '../api/client.ts';
import { beginSession } from '../session/session.ts';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SecondFactorSetUp } from './second-factor-set-up.tsx';

export function SecondFactorPanel({ account }: { readonly account: OwnAccount }) {
  return (
    <Panel title="Second factor">
      {account.secondFactor ? (
        <Enabled recoveryCodes={account.recoveryCodes} />
      ) : (
        <Stack gap="sm">
          <Text>A code of your phone besides the password: a stolen password alone is then worth nothing.</Text>
          <SecondFactorSetUp />
        </Stack>
      )}
    </Panel>
  );
}

function Enabled({ recoveryCodes }: { readonly recoveryCodes: number }) {
  const [password, setPassword] = useState('');
  const refresh = async () => beginSession(await get<SessionView>('/session'));
  const renew = useMutation({
    mutationFn: () => post<RecoveryCodesView>('/session/totp/recovery-codes', { password }),
    onSuccess: refresh,
  });
  const turnOff = useMutation({ mutationFn: () => remove('/session/totp', { password }), onSuccess: refresh });
  const error = renew.error ?? turnOff.error;
  return (
    <Stack gap="sm">
      <Text>It is on. {recoveryCodes} recovery codes are left.</Text>
      {renew.data && <RecoveryCodes codes={renew.data.recoveryCodes} />}
      <PasswordInput
        label="Your password, to change it"
        autoComplete="current-password"
        maw="26rem"
        size="sm"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': 'Show your password' }}
      />
      {error && <ProblemNote error={error} />}
      <Group gap="xs">
        <Button variant="default" disabled={password === ''} loading={renew.isPending} onClick={() => renew.mutate()}>
          New recovery codes
        </Button>
        <Button
          variant="default"
          disabled={password === ''}
          loading={turnOff.isPending}
          onClick={() => turnOff.mutate()}
        >
          Turn it off
        </Button>
      </Group>
    </Stack>
  );
}
