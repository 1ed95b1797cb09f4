import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { AppError } from '../../domain/errors.ts';
import type { RevocationReason } from '../../domain/revocation.ts';
import { AcmeProblem, hostOf } from './problems.ts';
import type { Directory } from './schema.ts';
import type { AcmeSession } from './session.ts';

/** https://www.rfc-editor.org/rfc/rfc5280#section-5.3.1 */
const CODES: Readonly<Record<RevocationReason, number>> = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
};

export interface RevocationOrder {
  readonly leafPem: string;
  readonly reason: RevocationReason;
}

/**
 * RFC 8555, section 7.6. Asks a second time: a CA that has revoked a certificate says so then.
 *
 * @throws AppError ISSUER_REFUSED when it takes the request, and takes it again.
 */
export async function revokeAt(
  session: AcmeSession,
  { revokeCert, newOrder }: Directory,
  { leafPem, reason }: RevocationOrder,
): Promise<'revoked' | 'already'> {
  if (!revokeCert) throw new AppError('ISSUER_REFUSED', `${hostOf(newOrder)} offers no way to revoke a certificate.`);
  const certificate = Buffer.from(x509.PemConverter.decodeFirst(leafPem)).toString('base64url');
  const ask = () => isRevoked(session, revokeCert, { certificate, reason: CODES[reason] });
  if (await ask()) return 'already';
  if (await ask()) return 'revoked';
  throw new AppError('ISSUER_REFUSED', `${hostOf(revokeCert)} took the revocation, but does not say that it is done.`);
}

/** True when it was before this request. */
async function isRevoked(session: AcmeSession, url: string, payload: object): Promise<boolean> {
  try {
    await session.post(url, payload);
    return false;
  } catch (err) {
    if (err instanceof AcmeProblem && err.kind === 'alreadyRevoked') return true;
    throw err;
  }
}
