import type { LastIssued } from './issuances.ts';

/**
 * Certificates that are kept ready: issued, entered in the ledger like any other, and not what their connection uses until
 * they are put to use. One whose key is gone is lost. docs/adr/0036-fallback-certificate.md
 */
export interface FallbackTable {
  /** Marks the certificate with this fingerprint, which is in the ledger, as kept ready. Doing so again changes nothing. */
  keep(sha256: string, connectionId: number): Promise<void>;
  /** The newest that was neither put to use nor lost. */
  ready(connectionId: number): Promise<LastIssued | undefined>;
  /** From now on it is the last certificate of its connection, whatever was issued later. */
  putToUse(sha256: string, at: Date): Promise<void>;
  /** It can never be installed: `why` is for people. */
  lose(sha256: string, at: Date, why: string): Promise<void>;
}

/** `ready`: waits. `used`: was put to use. `lost`: cannot be any more. */
export type FallbackState = 'ready' | 'used' | 'lost';
