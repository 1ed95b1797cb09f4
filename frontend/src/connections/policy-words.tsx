import type { ConnectionView } from '../api/types.ts';
import { WindowWords } from './window-words.tsx';

interface PolicyWordsProps {
  readonly connection: Pick<ConnectionView, 'policy' | 'challenge'>;
  /** False: the appliance serves at once what is installed. */
  readonly restarts: boolean;
}

/** The policy as one would tell it. */
export function PolicyWords({ connection: { policy, challenge }, restarts }: PolicyWordsProps) {
  const { daysBefore, propagation } = policy;
  return (
    <>
      <div>
        {daysBefore === null
          ? 'Due when the CA asks for it, else with a third of the lifetime left.'
          : `Due ${daysBefore} days before the end of validity, or when the CA asks for it.`}
      </div>
      {restarts && <div>{restartWords(policy)}</div>}
      <WindowWords policy={policy} restarts={restarts} />
      {policy.fallback && <div>A fallback certificate of the second CA is kept ready.</div>}
      {challenge === 'dns-01' && <div>{WHO[propagation?.mode ?? 'authoritative']}</div>}
    </>
  );
}

function restartWords({ activation, restartCalendar }: ConnectionView['policy']): string {
  if (activation === 'ask') return 'A person allows each restart.';
  return restartCalendar === null
    ? 'The restart follows the installation at once.'
    : 'The restart follows the installation when its window is open.';
}

const WHO = {
  authoritative: 'Every name server of the zone must show the records.',
  resolvers: 'Only resolvers are asked for the records, not the name servers of the zone.',
  both: 'Every name server of the zone, and then the resolvers, must show the records.',
  'wait-only': 'Nobody is asked for the records: certferry waits a fixed time.',
} as const;
