import { useEffect, useState } from 'react';
import type { ConnectionView, Plugins } from '../api/types.ts';
import { useSession } from '../session/session.ts';
import { useLeaveGuard } from '../ui/leave-guard.tsx';
import type { Draft } from './draft.ts';
import { draftKey, storeDraft, storedDraft, withoutSecrets } from './stored-draft.ts';

interface DraftState {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  /** What was typed before a reload or a login is here again, without its secrets. */
  readonly isRestored: boolean;
  readonly startOver: () => void;
  /** Another number after starting over, when nothing of the fields is to stay. */
  readonly round: number;
  /** It was saved: nobody is asked before leaving. */
  readonly settle: () => void;
}

/** A connection while it is typed. It outlives a reload and the end of a session, in this tab and for this user. */
export function useDraft(initial: Draft, stored: ConnectionView | null, plugins: Plugins): DraftState {
  const session = useSession();
  const key = draftKey(session.kind === 'in' ? session.me.actor : '', stored?.id ?? null);
  const version = stored?.version ?? null;
  const [before, setBefore] = useState(() => storedDraft(sessionStorage, key, version));
  const [draft, setDraft] = useState(before ?? initial);
  const [round, setRound] = useState(0);
  const isTyped = !isSame(draft, initial);
  const leave = useLeaveGuard(isTyped, () => sessionStorage.removeItem(key));
  useEffect(() => {
    if (isTyped) storeDraft(sessionStorage, key, { version, draft: withoutSecrets(draft, plugins) });
    else sessionStorage.removeItem(key);
  }, [isTyped, key, version, draft, plugins]);
  return {
    draft,
    change: (part) => setDraft((now) => ({ ...now, ...part })),
    isRestored: before !== null,
    startOver: () => {
      setBefore(null);
      setDraft(initial);
      setRound(round + 1);
    },
    round,
    settle: leave,
  };
}

function isSame(one: Draft, other: Draft): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
