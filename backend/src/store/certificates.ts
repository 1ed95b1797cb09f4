import type { FallbackState } from './fallbacks.ts';
import type { CertificateDigest } from './overview.ts';
import type { Revocation } from './revocations.ts';
import type { Within } from './store.ts';

/** What was issued, by whom for which connection. Kept by the store when a renewal keeps a chain. */
export interface CertificateTable {
  /** The last issued first. */
  page(query: CertificateQuery): Promise<{ readonly rows: readonly CertificateRow[]; readonly total: number }>;
  get(sha256: string): Promise<CertificateRow | undefined>;
  /**
   * By connection, of at most 1,000: what its endpoints should serve since its last renewal that handed something over, put
   * something back or found something good. Without those of which no renewal said so.
   */
  wanted(connectionIds: readonly number[]): Promise<ReadonlyMap<number, WantedCertificate>>;
}

/** What clients of a connection should meet. */
export interface WantedCertificate {
  readonly sha256: string;
  /** Distinguished name; null when it was issued before certificates were kept. */
  readonly issuer: string | null;
}

export interface CertificateQuery {
  /** Each word must occur in the names, subject, issuer, serial number, fingerprint or the name of the connection. */
  readonly search?: string | undefined;
  readonly connectionId?: number | undefined;
  readonly within?: Within;
  /** True: only the current one of each connection. */
  readonly current?: boolean | undefined;
  readonly revoked?: boolean | undefined;
  /** `end`: the first to end first; the last issued first unless it is given. */
  readonly sort?: 'issued' | 'end' | undefined;
  readonly offset: number;
  readonly limit: number;
}

export interface CertificateRow extends CertificateDigest {
  readonly connectionId: number;
  readonly connectionName: string;
  readonly connectionRemoved: boolean;
  /** The renewal that it was issued in. */
  readonly renewalId: string;
  /** ISO 8601 */
  readonly issuedAt: string;
  /** The last that its connection was issued, or put to use. */
  readonly current: boolean;
  /** Null for all that were not issued to be kept ready. */
  readonly fallback: FallbackState | null;
  /** `host:port` of the endpoints that were last seen to serve it. */
  readonly servedAt: readonly string[];
  /** ISO 8601; when somebody last looked at the endpoints of the connection. */
  readonly seenAt: string | null;
  /** Its connection serves nothing: it is there to be downloaded, with its key. */
  readonly kept: boolean;
  /** `at` in ISO 8601; null when it was not revoked. */
  readonly revoked: Omit<Revocation, 'sha256'> | null;
}
