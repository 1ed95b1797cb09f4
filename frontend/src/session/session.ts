import { useSyncExternalStore } from 'react';
import type { SessionView } from '../api/access-types.ts';

/** Who is logged in. The session itself is a cookie that scripts cannot read; here is only what the daemon says of it. */
export type Session =
  /** The daemon was not asked yet. */
  | { readonly kind: 'unknown' }
  /** `farewell`: why the last one ended, for the login page. */
  | { readonly kind: 'out'; readonly farewell: string | null }
  | { readonly kind: 'in'; readonly me: SessionView };

let session: Session = { kind: 'unknown' };
const listeners = new Set<() => void>();

/** Goes with every change, so that no other site can ask for one. */
export function csrfToken(): string | null {
  return session.kind === 'in' ? session.me.csrfToken : null;
}

export function beginSession(me: SessionView): void {
  change({ kind: 'in', me });
}

export function endSession(farewell: string | null): void {
  if (session.kind !== 'out') change({ kind: 'out', farewell });
}

/** The daemon no longer knows the session. Nothing to tell to somebody who had none. */
export function loseSession(): void {
  if (session.kind === 'in') endSession('Your session has ended. Log in again.');
}

export function useSession(): Session {
  return useSyncExternalStore(subscribe, current, current);
}

function current(): Session {
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
