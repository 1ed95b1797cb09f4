import { AppError } from '../../domain/errors.ts';
import type { ChallengeKind, ChallengeOf, DnsChallenge, HttpChallenge } from '../issuer.ts';
import type { Authorization } from './schema.ts';
import type { AcmeSession } from './session.ts';

/** RFC 8555, section 8.3: base64url. It becomes part of a path, so nothing else is taken. */
const TOKEN = /^[\w-]{1,256}$/;

/** @throws AppError ISSUER_REFUSED naming what the CA offers when `kind` is not among it. */
export async function challengeIn<Kind extends ChallengeKind>(
  { identifier, challenges }: Authorization,
  kind: Kind,
  authorizationUrl: string,
  session: Pick<AcmeSession, 'proofOf'>,
): Promise<ChallengeOf<Kind>> {
  const dnsName = identifier.value.toLowerCase();
  const { url, token } = challenges.find(({ type }) => type === kind) ?? {};
  if (!url || !token) {
    const offered = challenges.map(({ type }) => type).join(', ') || 'nothing';
    throw new AppError('ISSUER_REFUSED', `For ${dnsName} the CA accepts ${offered}, but not ${kind}.`);
  }
  if (!TOKEN.test(token)) {
    throw new AppError('ISSUER_REFUSED', `The token that the CA sent for ${dnsName} is not one of RFC 8555.`);
  }
  const proof = await session.proofOf(kind, url, token);
  const made = MAKERS[kind]({ dnsName, url, authorizationUrl }, token, proof);
  // Each maker gives the kind that it stands for, which the compiler does not see through the key.
  return made as ChallengeOf<Kind>;
}

type Place = Pick<DnsChallenge, 'dnsName' | 'url' | 'authorizationUrl'>;

const MAKERS = {
  'dns-01': (place: Place, _token: string, recordValue: string): DnsChallenge => {
    return { type: 'dns-01', ...place, recordName: `_acme-challenge.${place.dnsName}`, recordValue };
  },
  'http-01': (place: Place, token: string, keyAuthorization: string): HttpChallenge => {
    return { type: 'http-01', ...place, token, keyAuthorization };
  },
} as const;
