import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { Live } from './live/live.tsx';
import { nonce } from './nonce.ts';
import { Pages } from './pages.tsx';
import { LoginPage } from './session/login-page.tsx';
import { useSession } from './session/session.ts';
import { Shell } from './shell/shell.tsx';
import { theme } from './theme.ts';

export function App() {
  const { token } = useSession();
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={nonce}>
      <Notifications position="bottom-right" />
      {token === null ? <LoggedOut /> : <LoggedIn key={token} token={token} />}
    </MantineProvider>
  );
}

function LoggedOut() {
  const [queries] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={queries}>
      <LoginPage />
    </QueryClientProvider>
  );
}

/** What was read with one token is forgotten with it. */
function LoggedIn({ token }: { readonly token: string }) {
  const [queries] = useState(createQueries);
  return (
    <QueryClientProvider client={queries}>
      <Live token={token}>
        <Shell>
          <Pages />
        </Shell>
      </Live>
    </QueryClientProvider>
  );
}

/** The event stream says when something is old: nothing is asked for again because a window got the focus. */
function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { staleTime: 30_000, refetchOnWindowFocus: false, retry: 1 } },
  });
}
