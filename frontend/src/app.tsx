import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { SessionView } from './api/access-types.ts';
import { forgetDraftsOfOthers } from './connection-form/stored-draft.ts';
import { Live } from './live/live.tsx';
import { nonce } from './nonce.ts';
import { Pages } from './pages.tsx';
import { DutyPage } from './session/duty-page.tsx';
import { Gate } from './session/gate.tsx';
import { type Session, useSession } from './session/session.ts';
import { Shell } from './shell/shell.tsx';
import { theme } from './theme.ts';
import { LeaveGuard } from './ui/leave-guard.tsx';
import { useZone } from './ui/use-zone.ts';

export function App() {
  const session = useSession();
  // Whatever shows a time is below: all of it is drawn again in the zone that is chosen.
  useZone();
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={nonce}>
      <Notifications position="bottom-right" />
      {session.kind === 'in' ? <LoggedIn key={session.me.actor} me={session.me} /> : <LoggedOut session={session} />}
    </MantineProvider>
  );
}

function LoggedOut({ session }: { readonly session: Exclude<Session, { kind: 'in' }> }) {
  const [queries] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={queries}>
      <Gate session={session} />
    </QueryClientProvider>
  );
}

/** What one person has read is forgotten with the session. */
function LoggedIn({ me }: { readonly me: SessionView }) {
  const [queries] = useState(createQueries);
  useEffect(() => forgetDraftsOfOthers(sessionStorage, me.actor), [me.actor]);
  return (
    <QueryClientProvider client={queries}>
      {me.duty === null ? (
        <Live>
          <LeaveGuard>
            <Shell>
              <Pages />
            </Shell>
          </LeaveGuard>
        </Live>
      ) : (
        <DutyPage me={me} duty={me.duty} />
      )}
    </QueryClientProvider>
  );
}

/** The event stream says when something is old: nothing is asked for again because a window got the focus. */
function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { staleTime: 30_000, refetchOnWindowFocus: false, retry: 1 } },
  });
}
