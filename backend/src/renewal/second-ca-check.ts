import type { Finding } from '../domain/finding.ts';
import { hostOfIssuer } from '../domain/issuer-key.ts';
import type { IssuanceTable } from '../store/issuances.ts';
import type { Connection } from '../store/store.ts';
import { whyNoFallback } from './fallback.ts';
import { caPemsOf, type SecondCa } from './second-ca.ts';
import type { StepPeers } from './step.ts';

const ABOUT = { id: 'chain', title: 'CA certificates' };

/** Whether it could be asked, and whether the appliance would have to learn to trust it in the night in which it is. */
export async function checkSecondCa(
  second: SecondCa,
  {
    appliance,
    connection,
    issuances,
    signal,
  }: Pick<StepPeers, 'appliance'> & {
    readonly connection: Pick<Connection, 'policy'>;
    readonly issuances: IssuanceTable;
    readonly signal: AbortSignal;
  },
): Promise<readonly Finding[]> {
  const found = [...(await second.issuer.check(signal)), ...fallbackFindings(connection, appliance)];
  if (!appliance.trust) return found;
  return [...found, chainFinding(second, (await caPemsOf(second, issuances)).length)];
}

function fallbackFindings(
  { policy }: Pick<Connection, 'policy'>,
  appliance: StepPeers['appliance'],
): readonly Finding[] {
  const whyNot = policy.fallback ? whyNoFallback(appliance) : null;
  if (whyNot === null) return [];
  const about = { id: 'fallback', title: 'Fallback certificate', outcome: 'warn' } as const;
  return [{ ...about, answer: `none can be kept ready: ${whyNot}`, todo: 'Turn it off for this connection.' }];
}

function chainFinding({ issuer, caPems }: SecondCa, known: number): Finding {
  if (caPems) return { ...ABOUT, outcome: 'ok', answer: `${known} CA certificates, as given with the connection` };
  if (known > 0) return { ...ABOUT, outcome: 'ok', answer: `${known} CA certificates, as it was seen to sign with` };
  return {
    ...ABOUT,
    outcome: 'warn',
    answer: `certferry has never seen the chain of ${hostOfIssuer(issuer.key)}, so a normal renewal cannot put it on the appliance`,
    todo: 'Paste its CA certificates into the connection, or make one certificate with it.',
  };
}
