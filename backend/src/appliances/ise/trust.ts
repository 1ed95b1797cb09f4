import { type CertificateFacts, readCertificate } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { ApplianceCallError } from '../_boxes/appliance-call.ts';
import type { TrustCapability } from '../driver.ts';
import type { IsePlace } from './csr.ts';
import { restartsNode, slotOf } from './roles.ts';
import { fingerprintOf } from './schema.ts';

/** The trusted certificates are those of the whole deployment: the primary node replicates them. */
export function iseTrust({ rest, settings }: IsePlace): TrustCapability {
  const missingOf = async (certificates: readonly CertificateFacts[], signal: AbortSignal) => {
    const trusted = await rest.trustedCertificates(signal);
    const held = new Set(trusted.map(({ sha256Fingerprint }) => fingerprintOf(sha256Fingerprint)));
    return certificates.filter(({ sha256 }) => !held.has(sha256));
  };
  return {
    async ensure(slotId, caPem, signal) {
      const forNodes = restartsNode(slotOf(slotId)) && settings.trustWithinIse;
      const missing = await missingOf(rootFirst(caPem), signal);
      const refusals: ApplianceCallError[] = [];
      for (const certificate of missing) {
        const refusal = await rest.importTrusted(importOf(certificate, forNodes), signal).then(() => null, undecided);
        if (refusal) refusals.push(refusal);
      }
      const still = missing.length > 0 ? await missingOf(missing, signal) : [];
      if (still.length > 0) throw refusals[0] ?? vanished(still);
      return missing.map(({ sha256 }) => sha256);
    },
  };
}

/** Each once; the chain comes from the leaf upwards. */
function rootFirst(caPem: readonly string[]): readonly CertificateFacts[] {
  const certificates = caPem.map(readCertificate).toReversed();
  return [...new Map(certificates.map((each) => [each.sha256, each])).values()];
}

function importOf({ pem, sha256 }: CertificateFacts, trustForIseAuth: boolean): object {
  return {
    data: pem,
    // Without the name of the CA: an apostrophe in it would be taken for an attack.
    name: `certferry CA ${sha256.slice(0, 16)}`,
    description: 'Added by certferry',
    allowBasicConstraintCAFalse: false,
    allowOutOfDateCert: false,
    allowSHA1Certificates: false,
    trustForIseAuth,
    trustForClientAuth: false,
    trustForCiscoServicesAuth: false,
    trustForCertificateBasedAdminAuth: false,
    validateCertificateExtensions: false,
  };
}

/** A refusal may mean "already there", so it counts only when the certificate is missing afterwards. */
function undecided(error: unknown): ApplianceCallError {
  const isFinal = !(error instanceof ApplianceCallError) || error.status === 401 || error.status === 403;
  if (isFinal || (error.status === null && !error.isUndecided)) throw error;
  return error;
}

function vanished(still: readonly CertificateFacts[]): AppError {
  const subjects = still.map(({ subject }) => subject).join('; ');
  return new AppError(
    'APPLIANCE_REFUSED',
    `ISE took the CA certificates, but does not list them as trusted: ${subjects}.`,
  );
}
