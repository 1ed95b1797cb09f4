import type { RevocationReason } from '../domain/revocation.ts';

/** What was revoked at its CA, by whom and why. Kept for as long as the ledger. */
export interface RevocationTable {
  /** What is there already stays as it is: a certificate is revoked once. */
  record(revocation: Revocation): Promise<void>;
  get(sha256: string): Promise<Revocation | undefined>;
}

export interface Revocation {
  /** Of the leaf's DER, lower-case hex. */
  readonly sha256: string;
  /** ISO 8601 */
  readonly at: string;
  readonly reason: RevocationReason;
  /** The user or API token that asked. */
  readonly actor: string;
}
