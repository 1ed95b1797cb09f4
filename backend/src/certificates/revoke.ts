import type { CertificateChain } from '../domain/certificate.ts';
import { AppError } from '../domain/errors.ts';
import type { RevocationReason } from '../domain/revocation.ts';
import type { Issuer } from '../issuers/issuer.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { CertificateRow } from '../store/certificates.ts';
import type { Revocation } from '../store/revocations.ts';
import type { Store } from '../store/store.ts';

export interface RevokeDeps {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  /** The account that ordered it; null when nobody here has it any more. */
  issuerWithKey(issuerKey: string, connectionId: number): Promise<Issuer | null>;
}

export interface RevocationRequest {
  readonly row: CertificateRow;
  readonly chain: CertificateChain;
  readonly reason: RevocationReason;
  readonly actor: string;
}

/**
 * Has the CA revoke a certificate, and stores that together with its event. What is kept or served is not touched: the schedule
 * takes a revoked certificate as due.
 *
 * @throws AppError CONFLICT when it is revoked or over already, or its account is gone; ISSUER_…
 */
export async function revoke(
  { row, chain, reason, actor }: RevocationRequest,
  { store, clock, issuerWithKey }: RevokeDeps,
  signal: AbortSignal,
): Promise<Revocation> {
  const { sha256, serial, connectionId } = row;
  const issuance = await store.issuances.find(sha256);
  if (!issuance) throw new AppError('CONFLICT', 'Who issued it is not known any more: have it revoked at the CA.');
  const earlier = await store.revocations.get(sha256);
  if (earlier) throw new AppError('CONFLICT', `It was revoked on ${earlier.at.slice(0, 10)} by ${earlier.actor}.`);
  if (Date.parse(row.notAfter) <= clock.now().getTime())
    throw new AppError('CONFLICT', `It ended on ${row.notAfter.slice(0, 10)}: there is nothing left to revoke.`);
  const issuer = await issuerWithKey(issuance.issuerKey, connectionId);
  if (!issuer) {
    throw new AppError(
      'CONFLICT',
      `The account that ordered it (${issuance.issuerKey}) belongs to no connection and no certificate authority here any more. Add that account again, or have it revoked at the CA.`,
    );
  }
  await issuer.revoke(chain.leafPem, reason, signal);
  const revocation = { sha256, at: clock.now().toISOString(), reason, actor };
  await store.transaction(async (tx) => {
    await tx.revocations.record(revocation);
    await tx.events.append([{ type: 'certificate.revoked', connectionId, sha256, serial, reason, actor }]);
  });
  return revocation;
}
