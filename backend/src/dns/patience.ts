import type { ChallengeLocation, PropagationPolicy } from './resolver.ts';

/** Whoever says to remember for longer is not waited for: a person should look. */
const LONGEST_MEMORY_MS = 3_600_000;
/** For a resolver that asks again when it has forgotten. */
const MARGIN_MS = 30_000;

/**
 * Milliseconds after which every resolver has forgotten that a record was not there, whoever asked it too early; 0 where
 * no resolver has to show it.
 */
export function memoryMs(
  { mode }: Pick<PropagationPolicy, 'mode'>,
  locations: readonly Pick<ChallengeLocation, 'negativeTtlSeconds'>[],
): number {
  if (mode !== 'resolvers' && mode !== 'both') return 0;
  const longest = Math.max(0, ...locations.map(({ negativeTtlSeconds = 0 }) => negativeTtlSeconds));
  return longest === 0 ? 0 : Math.min(longest * 1000, LONGEST_MEMORY_MS) + MARGIN_MS;
}
