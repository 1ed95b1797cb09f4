import type { ConnectionView } from '../api/types.ts';

/** The policy as one would tell it. */
export function PolicyWords({ policy }: { readonly policy: ConnectionView['policy'] }) {
  const { daysBefore, activation, propagation } = policy;
  return (
    <>
      <div>Due {daysBefore} days before the end of validity, or when the CA asks for it.</div>
      <div>
        {activation === 'ask' ? 'A person allows each restart.' : 'The restart follows the installation at once.'}
      </div>
      <div>{WHO[propagation?.mode ?? 'authoritative']}</div>
    </>
  );
}

const WHO = {
  authoritative: 'Every name server of the zone must show the records.',
  resolvers: 'Only resolvers are asked for the records, not the name servers of the zone.',
  both: 'Every name server of the zone, and then the resolvers, must show the records.',
  'wait-only': 'Nobody is asked for the records: certferry waits a fixed time.',
} as const;
