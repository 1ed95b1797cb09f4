import type { KeyObject } from 'node:crypto';

const CURVES: Readonly<Record<string, SignatureAlgorithm>> = { prime256v1: 'ES256', secp384r1: 'ES384' };

export const SIGNATURE_ALGORITHMS = ['RS256', 'ES256', 'ES384'] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** What is wrong with a public key, for accounts and certificates alike; null when it is acceptable. */
export function weakness(key: KeyObject): string | null {
  if (key.asymmetricKeyType === 'ec') {
    return algorithmOf(key) === null ? 'EC keys must be on the curve P-256 or P-384' : null;
  }
  if (key.asymmetricKeyType !== 'rsa') return `keys of type ${key.asymmetricKeyType ?? 'unknown'} are not supported`;
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < 2048 || modulusLength > 4096) return `RSA keys must have 2048 to 4096 bits, not ${modulusLength}`;
  return publicExponent < 65_537n ? 'the RSA public exponent is too small' : null;
}

/** The only JWS algorithm that fits the key. */
export function algorithmOf(key: KeyObject): SignatureAlgorithm | null {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  return CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? null;
}
