import { memoryMs } from '../dns/patience.ts';
import type { DnsProvider } from '../dns/provider.ts';
import { type ChallengeLocation, DEFAULT_PROPAGATION } from '../dns/resolver.ts';
import type { RenewalPolicy } from '../store/store.ts';

const DEFAULT_TIMEOUT_MS = 120_000;

interface Awaited {
  readonly location: Pick<ChallengeLocation, 'negativeTtlSeconds'>;
  readonly provider: Pick<DnsProvider, 'propagationTimeoutMs'>;
}

/** Milliseconds that records may take to be seen: what the policy says, else what the slowest provider or resolver needs. */
export function propagationPatienceMs(
  { propagation, propagationPatienceSeconds }: Pick<RenewalPolicy, 'propagation' | 'propagationPatienceSeconds'>,
  awaited: readonly Awaited[],
): number {
  if (propagation?.mode === 'wait-only') return propagation.waitSeconds * 1000;
  if (propagationPatienceSeconds !== null) return propagationPatienceSeconds * 1000;
  const timeouts = awaited.map(({ provider }) => provider.propagationTimeoutMs ?? 0);
  const remembered = memoryMs(
    propagation ?? DEFAULT_PROPAGATION,
    awaited.map(({ location }) => location),
  );
  return Math.max(DEFAULT_TIMEOUT_MS, remembered, ...timeouts);
}
