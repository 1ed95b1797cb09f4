import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { loseSession } from '../session/session.ts';
import { applyEvent } from './apply.ts';
import { type Connectivity, followEvents } from './stream.ts';

const LiveContext = createContext<Connectivity>({ kind: 'connecting' });

/** The one event stream of the application. */
export function Live({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [state, setState] = useState<Connectivity>({ kind: 'connecting' });
  useEffect(() => {
    const stop = new AbortController();
    const listener = {
      event: applyEvent.bind(null, queries),
      fresh: () => void queries.invalidateQueries(),
      connectivity: setState,
      unauthenticated: loseSession,
    };
    void followEvents(listener, stop.signal);
    return () => stop.abort();
  }, [queries]);
  return <LiveContext value={state}>{children}</LiveContext>;
}

export function useConnectivity(): Connectivity {
  return useContext(LiveContext);
}
