import type { ChallengeResolver } from '../dns/resolver.ts';
import { createReach, type Reach } from './reach.ts';

/** Milliseconds. Let's Encrypt gives a request about as long. */
const TIMEOUT_MS = 10_000;

/** The check of an installation. */
export function reachFor(
  resolver: Pick<ChallengeResolver, 'addresses'>,
  { http01 }: { readonly http01: { readonly validationPort: number } },
  userAgent: string,
): Reach {
  const resolve: ChallengeResolver['addresses'] = (host, signal) => resolver.addresses(host, signal);
  return createReach(resolve, { httpPort: http01.validationPort, httpsPort: 443, timeoutMs: TIMEOUT_MS, userAgent });
}
