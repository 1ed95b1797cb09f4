import { diagnose } from '../dns/diagnosis.ts';
import { type ChallengeLocation, type ChallengeResolver, DEFAULT_PROPAGATION } from '../dns/resolver.ts';
import { ERRORS } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import type { RenewalPolicy } from '../store/store.ts';

interface ZoneContext {
  readonly resolver: Pick<ChallengeResolver, 'look'>;
  readonly policy: Pick<RenewalPolicy, 'propagation'>;
  readonly signal: AbortSignal;
}

/**
 * Where a record will be, and whether those answer who must show it. Name servers are not asked where the connection's
 * policy leaves them out; resolvers never, because they would remember that the record is not there (RFC 2308).
 */
export async function judgeZone(
  location: ChallengeLocation,
  { resolver, policy, signal }: ZoneContext,
): Promise<Pick<Finding, 'outcome' | 'answer' | 'todo'>> {
  const { fqdn, zone, aliases, servers } = location;
  const alias = aliases.length > 0 ? `, by CNAME to ${fqdn}` : '';
  const answer = `${zone}${alias}, answered by ${servers.map(({ name, address }) => `${name} ${address}`).join(', ')}`;
  const { mode } = policy.propagation ?? DEFAULT_PROPAGATION;
  if (mode === 'resolvers' || mode === 'wait-only') return { outcome: 'ok', answer };
  const answers = await resolver.look(fqdn, null, location, signal);
  const failed = answers.filter(({ state, reason }) => state === 'failed' && reason !== 'no-route');
  if (failed.length === 0) return { outcome: 'ok', answer };
  const sentences = diagnose({ fqdn, zone, value: null, answers: failed }).map(({ sentence }) => sentence);
  return {
    outcome: failed.length === answers.length ? 'block' : 'warn',
    answer: `${zone}${alias}: ${sentences.join(' ')}`,
    todo: ERRORS.DNS_ZONE_NOT_FOUND.action,
  };
}
