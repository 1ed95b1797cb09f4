import type { TxtRecord } from '../dns/provider.ts';
import { AppError } from '../domain/errors.ts';
import { type HttpToken, urlOf } from '../http01/solver.ts';
import type { Facts, PublishedRecord } from './facts.ts';
import { solverOf } from './http-proof.ts';
import type { StepPeers } from './step.ts';

/** Something that a renewal has published, or was about to. */
export type Proof = {
  /** As the fact `cleaned` names it. */
  readonly key: string;
} & (
  | { readonly kind: 'dns-01'; readonly published: PublishedRecord }
  | { readonly kind: 'http-01'; readonly token: HttpToken }
);

/** What a renewal has published, or was about to, and not removed. */
export function leftBy(facts: Partial<Facts>): readonly Proof[] {
  const { cleaned = [] } = facts;
  return proofsOf(facts).filter(({ key }) => !cleaned.includes(key));
}

/** What a renewal has published and is done with. */
export function cleanedProofs(facts: Partial<Facts>, cleaned: readonly string[]): readonly Proof[] {
  return proofsOf(facts).filter(({ key }) => cleaned.includes(key));
}

/** What becomes of a proof that nobody can remove, in words; null when it is removed. */
export function afterwardsOf(proof: Proof, peers: Pick<StepPeers, 'dns' | 'http01'>): string | null {
  const placer = proof.kind === 'http-01' ? peers.http01 : peers.dns.providerFor(proof.published.record.fqdn);
  return placer?.afterwards ?? null;
}

function proofsOf({ records = [], tokens = [] }: Partial<Facts>): readonly Proof[] {
  return [
    ...records.map((published) => ({ kind: 'dns-01', key: recordKey(published.record), published }) as const),
    ...tokens.map(({ token }) => ({ kind: 'http-01', key: urlOf(token), token }) as const),
  ];
}

/** @throws AppError INVALID_SETTINGS when another account published it than the one that would remove it. */
export async function removeProof(
  proof: Proof,
  peers: Pick<StepPeers, 'dns' | 'http01'>,
  signal: AbortSignal,
): Promise<void> {
  if (proof.kind === 'http-01') return await solverOf(peers).cleanUp(proof.token, signal);
  const { record, receipt, account } = proof.published;
  if (account !== undefined && account !== peers.dns.accountFor(record.fqdn))
    throw new AppError('INVALID_SETTINGS', `Another DNS account published the record at ${record.fqdn}.`);
  await peers.dns.providerFor(record.fqdn).cleanUp(record, receipt, signal);
}

function recordKey({ fqdn, value }: TxtRecord): string {
  return `${fqdn} ${value}`;
}
