import { useSyncExternalStore } from 'react';

/** The access token of this tab: gone when the tab is closed, never in an address or a cookie. */
const KEY = 'certferry.access-token';

interface Session {
  readonly token: string | null;
  /** Why the last one ended, for the login page. */
  readonly farewell: string | null;
}

let session: Session | null = null;
const listeners = new Set<() => void>();

export function token(): string | null {
  return current().token;
}

export function beginSession(accessToken: string): void {
  sessionStorage.setItem(KEY, accessToken);
  change({ token: accessToken, farewell: null });
}

export function endSession(farewell: string | null): void {
  sessionStorage.removeItem(KEY);
  change({ token: null, farewell });
}

export function useSession(): Session {
  return useSyncExternalStore(subscribe, current);
}

function current(): Session {
  session ??= { token: sessionStorage.getItem(KEY), farewell: null };
  return session;
}

function change(next: Session): void {
  session = next;
  for (const tell of listeners) tell();
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}
