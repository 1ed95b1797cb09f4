import type { CertificateItem } from '../api/types.ts';
import type { Look } from '../words/states.ts';

type Judged = Pick<CertificateItem, 'current' | 'notAfter' | 'servedAt' | 'connectionRemoved' | 'kept' | 'revoked'>;

/** Green only when it was last seen served. */
export function lookOfCertificate(
  { current, notAfter, servedAt, kept, revoked, connectionRemoved }: Judged,
  now = Date.now(),
): Look {
  const expired = Date.parse(notAfter) <= now;
  if (revoked && servedAt.length > 0) return { word: 'Revoked, still served', tone: 'person' };
  if (revoked) return { word: 'Revoked', tone: 'off' };
  if (expired)
    return {
      word: servedAt.length > 0 ? 'Expired, still served' : 'Expired',
      tone: servedAt.length > 0 ? 'person' : 'off',
    };
  if (current && kept && !connectionRemoved) return { word: 'Kept', tone: 'plain' };
  if (current)
    return servedAt.length > 0 ? { word: 'Served', tone: 'served' } : { word: 'Not seen served', tone: 'pending' };
  return servedAt.length > 0 ? { word: 'Replaced, still served', tone: 'pending' } : { word: 'Replaced', tone: 'off' };
}
