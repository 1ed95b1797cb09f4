import type { CertificateItem } from '../api/types.ts';
import type { Look } from '../words/states.ts';

type Judged = Pick<
  CertificateItem,
  'current' | 'notAfter' | 'servedAt' | 'connectionRemoved' | 'kept' | 'fallback' | 'revoked'
>;

/** Green only when it was last seen served. */
export function lookOfCertificate(certificate: Judged, now = Date.now()): Look {
  const isServed = certificate.servedAt.length > 0;
  if (certificate.revoked) return isServed ? { word: 'Revoked, still served', tone: 'person' } : off('Revoked');
  if (Date.parse(certificate.notAfter) <= now)
    return isServed ? { word: 'Expired, still served', tone: 'person' } : off('Expired');
  return isServed ? lookOfServed(certificate) : lookOfUnserved(certificate);
}

function lookOfServed({ current }: Judged): Look {
  return current ? { word: 'Served', tone: 'served' } : { word: 'Replaced, still served', tone: 'pending' };
}

function lookOfUnserved({ current, kept, fallback, connectionRemoved }: Judged): Look {
  if (fallback === 'ready' && !connectionRemoved) return { word: 'Fallback, kept ready', tone: 'plain' };
  if (fallback === 'lost') return off('Fallback, never used');
  if (current && kept && !connectionRemoved) return { word: 'Kept', tone: 'plain' };
  return current ? { word: 'Not seen served', tone: 'pending' } : off('Replaced');
}

function off(word: string): Look {
  return { word, tone: 'off' };
}
