import type { CertificateChain } from '../domain/certificate.ts';
import type { Issuer } from '../issuers/issuer.ts';
import type { IssuanceTable } from '../store/issuances.ts';

/** The CA that a connection falls back on. */
export interface SecondCa {
  readonly issuer: Issuer;
  /** Its CA certificates (PEM), as a person gave them; null: those that it was seen to sign with. */
  readonly caPems: readonly string[] | null;
}

/** A CA signs with more than one intermediate at a time: those of its last certificates are taken, for whomever they were. */
const LOOK_BACK = 30;

/** The CA certificates (PEM) with which a certificate of the second CA is trusted, each once; empty when nobody knows any. */
export async function caPemsOf({ issuer, caPems }: SecondCa, issuances: IssuanceTable): Promise<readonly string[]> {
  if (caPems) return caPems;
  const chains = await issuances.chainsFrom(issuer.key, LOOK_BACK);
  return [...new Set(chains.flatMap(caPemsIn))];
}

/** From the issuer of the leaf upwards. */
export function caPemsIn({ intermediatesPem, rootPem }: CertificateChain): readonly string[] {
  return [...intermediatesPem, ...(rootPem ? [rootPem] : [])];
}
