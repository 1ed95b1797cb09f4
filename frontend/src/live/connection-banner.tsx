import { IconPlugConnectedX } from '@tabler/icons-react';
import { Duration } from '../ui/duration.tsx';
import { useConnectivity } from './live.tsx';
import './connection-banner.css';

/** What is shown may be old: said as long as it is so. */
export function ConnectionBanner() {
  const state = useConnectivity();
  return (
    <div role="status" aria-live="polite">
      {state.kind === 'lost' && (
        <div className="connection-lost">
          <IconPlugConnectedX size={16} aria-hidden />
          <span>
            No connection to the daemon for <Duration from={new Date(state.since).toISOString()} />. What you see may be
            old. Renewals go on without this page.
          </span>
        </div>
      )}
    </div>
  );
}
