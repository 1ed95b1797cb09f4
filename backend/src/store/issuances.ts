import type { CertificateChain } from '../domain/certificate.ts';

/**
 * What was asked of a CA and what it cost: one line for each certificate and for each refusal that a CA counts. Written
 * together with the renewal it happened in, and independent of the history of renewals: what a person or retention
 * removes there can never cause another certificate.
 */
export interface Issuance {
  /** ISO 8601 */
  readonly at: string;
  readonly kind: 'certificate' | 'failed-validation' | 'rate-limited';
  readonly connectionId: number;
  readonly renewalId: string;
  /** `Issuer.key` */
  readonly issuerKey: string;
  /** The ACME profile that was asked for; null: the CA's default. */
  readonly profile: string | null;
  /** Of the order, lower case. */
  readonly names: readonly string[];
  /** Of the connection at that time: what was wanted, whatever the appliance made of it. */
  readonly wantedNames: readonly string[];
  /** Registered domains of `names` (public suffix list with its private section), each once. */
  readonly domains: readonly string[];
  /** An earlier certificate for exactly these names came from the same CA. */
  readonly renews: boolean;
  /** The CA took it as the replacement that it had asked for (RFC 9773), within its window. */
  readonly replaces: boolean;
  readonly certificate: IssuedCertificate | null;
  /** A person had the CA revoke it. */
  readonly revoked?: true;
}

export interface IssuedCertificate {
  /** Of the leaf's DER, lower-case hex. */
  readonly sha256: string;
  readonly serial: string;
  /** Distinguished name. */
  readonly issuer: string;
  /** ISO 8601 */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** The last certificate of a connection, complete: it can still be installed. */
export interface LastIssued extends Issuance {
  readonly certificate: IssuedCertificate;
  readonly chain: CertificateChain;
}

export interface NewIssuance extends Omit<Issuance, 'renews' | 'revoked'> {
  readonly chain: CertificateChain | null;
}

/** Append-only. */
export interface IssuanceTable {
  /** Recording a certificate again changes nothing. `renews` is found out here. */
  record(issuance: NewIssuance): Promise<void>;
  /** Of all connections, the oldest first. */
  since(at: Date): Promise<readonly Issuance[]>;
  /** The certificate that a connection was issued, or put to use, last; none that is kept ready as a fallback. */
  last(connectionId: number): Promise<LastIssued | undefined>;
  /** The certificate with this fingerprint, when it is one of ours. */
  find(sha256: string): Promise<Issuance | undefined>;
  /** The chain of the certificate with this fingerprint, when it is one of ours. */
  chainOf(sha256: string): Promise<CertificateChain | undefined>;
  /** Chains of the newest certificates that the CA of `issuerKey` issued, for any connection, the newest first. */
  chainsFrom(issuerKey: string, limit: number): Promise<readonly CertificateChain[]>;
  /** Whether the CA of `issuerKey` has ever issued for exactly these names. */
  known(issuerKey: string, names: readonly string[]): Promise<boolean>;
}
