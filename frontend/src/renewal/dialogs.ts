import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

const START = 'renew';
const FOLLOW = 'renewal';

export interface Dialogs {
  /** Connection whose renewal is about to be started. */
  readonly starting: number | null;
  /** Renewal that is being looked at. */
  readonly following: string | null;
  askToRenew(connectionId: number): void;
  follow(renewalId: string): void;
  close(): void;
}

/** Which renewal dialog is open. It stands in the address: a reload, or the address sent to somebody, opens it again. */
export function useDialogs(): Dialogs {
  const [params, setParams] = useSearchParams();
  const open = useCallback(
    (name: string | null, value = '') =>
      setParams((now) => {
        const next = new URLSearchParams(now);
        next.delete(START);
        next.delete(FOLLOW);
        if (name !== null) next.set(name, value);
        return next;
      }),
    [setParams],
  );
  const starting = Number(params.get(START));
  return {
    starting: Number.isInteger(starting) && starting > 0 ? starting : null,
    following: params.get(FOLLOW),
    askToRenew: (connectionId) => open(START, String(connectionId)),
    follow: (renewalId) => open(FOLLOW, renewalId),
    close: () => open(null),
  };
}
