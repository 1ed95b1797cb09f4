import { createPublicKey, type KeyObject } from 'node:crypto';
import { Refusal } from '../appliance-sim/answers.ts';
import { issuersOf, type ServedIdentity } from '../appliance-sim/identity.ts';
import { type Certificate, readCertificate, splitPem } from '../vos-sim/certificates.ts';

export interface TlsSpec {
  readonly cert: string;
  readonly key?: string | undefined;
  readonly root_cert?: string | undefined;
}

/** What is served from now on, if the certificate is one that vCenter takes. @throws Refusal 400 */
export function identityIn({ cert, key }: TlsSpec, name: string, trusted: readonly Certificate[]): ServedIdentity {
  const chainPem = splitPem(cert);
  const [leaf] = certificatesIn(cert);
  if (!leaf) throw new Refusal(400, 'The certificate is not in PEM format');
  // It makes no CSRs, so that it has no key for anything.
  if (key === undefined) throw new Refusal(400, 'No private key was found for the certificate');
  if (!fits(key, leaf.parsed.publicKey)) throw new Refusal(400, 'The private key does not match the certificate');
  if (!isRsa(leaf.parsed.publicKey)) throw new Refusal(400, 'The key has to be RSA of 2048 bits or more');
  if ([...leaf.names].some((each) => each.startsWith('dns:*'))) throw new Refusal(400, 'Wildcards are not supported');
  if (!leaf.names.has(`dns:${name}`)) throw new Refusal(400, `SubjectAltName does not contain ${name}`);
  if (!issuersOf(leaf, trusted)) throw new Refusal(400, 'The certificate chain does not end at a trusted root');
  return { keyPem: key, chainPem };
}

/** @throws Refusal 400 */
export function certificatesIn(pem: string): readonly Certificate[] {
  try {
    return splitPem(pem).map(readCertificate);
  } catch {
    throw new Refusal(400, 'A certificate cannot be read');
  }
}

function fits(key: string, wanted: KeyObject): boolean {
  try {
    const [held, other] = [createPublicKey(key), wanted].map((one) => one.export({ type: 'spki', format: 'pem' }));
    return held === other;
  } catch {
    return false;
  }
}

function isRsa({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
}
