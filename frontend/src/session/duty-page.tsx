import { Button, Stack, Text, Title } from '@mantine/core';
import { PasswordForm } from '../account/password-form.tsx';
import { SecondFactorSetUp } from '../account/second-factor-set-up.tsx';
import type { SessionView } from '../api/access-types.ts';
import { Logo } from '../shell/logo.tsx';
import { useLogOut } from './log-out.ts';
import './login-page.css';

interface DutyPageProps {
  readonly me: SessionView;
  readonly duty: NonNullable<SessionView['duty']>;
}

/** What a person has to do before anything else. */
export function DutyPage({ me, duty }: DutyPageProps) {
  const logOut = useLogOut();
  return (
    <main className="login">
      <div className="panel login-form login-wide">
        <Stack gap="md">
          <Title order={1} className="login-title">
            <Logo /> {duty === 'change-password' ? 'Choose your own password' : 'Set up a second factor'}
          </Title>
          {duty === 'change-password' ? (
            <>
              <Text>Somebody else chose the password of {me.actor}. Choose one that only you know.</Text>
              <PasswordForm userName={me.actor} />
            </>
          ) : (
            <>
              <Text>The role {me.role} needs a code besides the password here.</Text>
              <SecondFactorSetUp />
            </>
          )}
          <Button variant="subtle" color="gray" onClick={() => logOut.mutate()}>
            Log out
          </Button>
        </Stack>
      </div>
    </main>
  );
}
