import { type CertificateFacts, readCertificate } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { ApplianceCallError } from '../_boxes/appliance-call.ts';
import type { TrustCapability } from '../driver.ts';
import type { ExpresswayRest } from './rest.ts';
import { slotOf } from './slot.ts';

/** The trusted CA list of the box, which its own certificate has to lead to. */
export function expresswayTrust(rest: ExpresswayRest, name: string): TrustCapability {
  return {
    async ensure(slotId, caPem, signal) {
      slotOf(slotId);
      const before = await listed(rest, signal);
      const missing = lackingIn(before, caPem.map(readCertificate).toReversed());
      if (missing.length === 0) return [];
      const refusal = await send(rest, missing, signal);
      const lost = lackingIn(await listed(rest, signal), [...before, ...missing]);
      // What was added replaced the list: everything is put there in one piece, or other services lose their CAs.
      if (lost.length > 0 && refusal === null) await send(rest, [...before, ...missing], signal);
      const still = lost.length > 0 ? lackingIn(await listed(rest, signal), [...before, ...missing]) : [];
      if (still.length > 0) throw refusal ?? vanished(name, still);
      return missing.map(({ sha256 }) => sha256);
    },

    async view(slotId, signal) {
      slotOf(slotId);
      return (await listed(rest, signal)).map(({ subject, issuer, selfSigned, sha256, notAfter }) => ({
        ...{ node: name, store: 'Trusted CA certificate', subject, issuer, selfSigned, sha256, notAfter },
      }));
    },
  };
}

async function listed(rest: ExpresswayRest, signal: AbortSignal): Promise<readonly CertificateFacts[]> {
  return (await rest.trusted(signal)).flatMap((pem) => {
    try {
      return [readCertificate(pem)];
    } catch {
      return [];
    }
  });
}

/** Those of `wanted` that are not held, each once. */
function lackingIn(
  held: readonly CertificateFacts[],
  wanted: readonly CertificateFacts[],
): readonly CertificateFacts[] {
  const known = new Set(held.map(({ sha256 }) => sha256));
  return [...new Map(wanted.map((each) => [each.sha256, each])).values()].filter(({ sha256 }) => !known.has(sha256));
}

/** Null: taken. What the list holds afterwards decides, so a refusal is kept for the case that it lacks something. */
async function send(
  rest: ExpresswayRest,
  certificates: readonly CertificateFacts[],
  signal: AbortSignal,
): Promise<ApplianceCallError | null> {
  try {
    await rest.uploadTrusted(certificates.map(({ pem }) => pem).join(''), signal);
    return null;
  } catch (error) {
    const isFinal = !(error instanceof ApplianceCallError) || error.status === 401 || error.status === 403;
    if (isFinal || (error.status === null && !error.isUndecided)) throw error;
    return error;
  }
}

function vanished(name: string, still: readonly CertificateFacts[]): AppError {
  const subjects = still.map(({ subject }) => subject).join('; ');
  return new AppError(
    'APPLIANCE_REFUSED',
    `${name} took the CA certificates, but its trust list lacks ${subjects}. Look at Maintenance, Security, Trusted CA certificate.`,
  );
}
