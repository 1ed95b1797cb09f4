import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { SessionOptions, SessionView } from '../api/access-types.ts';
import { ApiError } from '../api/api-error.ts';
import { get } from '../api/client.ts';
import { Loaded } from '../ui/loading.tsx';
import { LoginPage } from './login-page.tsx';
import { beginSession, endSession, type Session } from './session.ts';
import { SetUpPage } from './set-up-page.tsx';
import './login-page.css';

/** What stands before the application: who somebody is, or that there is nobody yet. */
export function Gate({ session }: { readonly session: Exclude<Session, { kind: 'in' }> }) {
  useEffect(() => {
    if (session.kind === 'unknown') void findSession();
  }, [session.kind]);
  if (session.kind === 'unknown')
    return (
      <main className="login">
        <Loader size="sm" aria-label="Loading" />
      </main>
    );
  return <Door farewell={session.farewell} />;
}

function Door({ farewell }: { readonly farewell: string | null }) {
  const options = useQuery({
    queryKey: ['session-options'],
    queryFn: ({ signal }) => get<SessionOptions>('/session/options', signal),
    retry: 2,
  });
  return (
    <main className="login">
      <Loaded query={options}>
        {({ setUpNeeded, sso }) => (setUpNeeded ? <SetUpPage /> : <LoginPage farewell={farewell} sso={sso} />)}
      </Loaded>
    </main>
  );
}

async function findSession(): Promise<void> {
  try {
    beginSession(await get<SessionView>('/session'));
  } catch (err) {
    endSession(err instanceof ApiError ? null : 'The daemon does not answer. Is it running?');
  }
}
