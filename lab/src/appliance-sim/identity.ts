import type { X509Certificate } from 'node:crypto';
import { type Certificate, readCertificate, selfSigned } from '../vos-sim/certificates.ts';
import { type KeyMaker, newKeys } from '../vos-sim/keys.ts';

/** What a TLS port shows, and proves with. PEM; `chainPem` holds the leaf first. */
export interface ServedIdentity {
  readonly keyPem: string;
  readonly chainPem: readonly string[];
}

const DAY_MS = 86_400_000;

/** A self-signed certificate, as a box makes when it is installed. Negative days: it has expired. */
export async function startIdentity(
  commonName: string,
  validDays: number,
  make: KeyMaker = newKeys,
): Promise<ServedIdentity> {
  const { certificatePem, keyPem } = await selfSigned({
    commonName,
    dnsNames: [commonName],
    notAfter: new Date(Date.now() + validDays * DAY_MS),
    keys: await make({ type: 'ec', curve: 'P-256' }, 'SHA-256'),
    hash: 'SHA-256',
  });
  return { keyPem, chainPem: [certificatePem] };
}

export function sha256Of(pem: string): string {
  return readCertificate(pem).sha256;
}

/** The issuers of `leaf` among `trusted`, upwards to one that is self-signed; null when the way ends before. */
export function issuersOf(leaf: Certificate, trusted: readonly Certificate[]): readonly Certificate[] | null {
  const chain: Certificate[] = [];
  let current = leaf.parsed;
  while (!isSelfSigned(current)) {
    const issuer = trusted.find(({ parsed }) => current.checkIssued(parsed) && current.verify(parsed.publicKey));
    if (!issuer || chain.includes(issuer)) return null;
    chain.push(issuer);
    current = issuer.parsed;
  }
  return chain;
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}
