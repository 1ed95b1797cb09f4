import { Stack, Text } from '@mantine/core';
import { useSession } from '../session/session.ts';
import { Page } from '../ui/page.tsx';
import { Panel } from '../ui/panel.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecondFactorPanel } from './second-factor-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

const MEANINGS = {
  viewer: 'you see everything but secrets, and change nothing.',
  operator: 'you also renew, resume, cancel and test.',
  admin: 'you also change connections, credentials, users and settings.',
} as const;

export function AccountPage() {
  const session = useSession();
  if (session.kind !== 'in') return null;
  const { actor, role, limited, user } = session.me;
  return (
    <Page title="Your account" lead={`You are ${actor}, with the role ${role}: ${MEANINGS[role]}`}>
      <Stack gap="md">
        {limited && <Text>You see only the connections that belong to you.</Text>}
        {user?.hasPassword === false && (
          <Text>You log in by single sign-on, where password and second factor are kept.</Text>
        )}
        {user?.hasPassword && (
          <>
            <Panel title="Password">
              <PasswordForm userName={user.name} />
            </Panel>
            <SecondFactorPanel account={user} />
          </>
        )}
        {user && <SessionsPanel />}
      </Stack>
    </Page>
  );
}
