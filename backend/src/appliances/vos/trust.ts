import { type CertificateFacts, readCertificate, sha256OfPem } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { TrustCapability } from '../driver.ts';
import { VosCallError, type VosRest } from './rest.ts';
import type { Snapshot } from './schema.ts';
import { type VosSlot, vosSlot } from './services.ts';

export function vosTrust(rest: VosRest, host: string): TrustCapability {
  return {
    async ensure(slotId, caPem, signal) {
      const slot = vosSlot(slotId);
      const missing = missingFrom(await rest.snapshot(signal), slot, caPem);
      if (missing.length === 0) return [];
      const refusal = await rest.uploadTrust(slot.service, missing, signal).then(
        () => null,
        (error: unknown) => refusalOf(error),
      );
      const still = missingFrom(await rest.snapshot(signal), slot, missing);
      if (still.length > 0) throw refusal ?? vanished(host, slot, still);
      return missing.map(sha256OfPem);
    },
  };
}

/**
 * A refusal may mean "already there", in words that no public source holds. So it counts only when the certificates
 * are still missing afterwards. Without credentials or rights there is nothing to look up.
 */
function refusalOf(error: unknown): VosCallError {
  const isFinal = !(error instanceof VosCallError) || error.status === 401 || error.status === 403;
  if (isFinal || (error.status === null && !error.isUndecided)) throw error;
  return error;
}

/** Those of `caPem` that the trust store lacks, each once, issuers before what they issued. */
function missingFrom(snapshot: Snapshot, slot: VosSlot, caPem: readonly string[]): string[] {
  const held = snapshot.trusts
    .filter((store) => store.service === slot.service || store.service === `${slot.service}-trust`)
    .flatMap((store) => store.certificate_data ?? [])
    .flatMap((entry) => factsIfReadable(entry.certificate));
  const wanted = withoutTwins(caPem.map(readCertificate));
  const missing = wanted.filter((each) => !held.some((other) => stands(other, each)));
  return rootsFirst(missing).map((each) => each.pem);
}

/**
 * A trust store keeps one certificate for each subject, so of a self-signed and a cross-signed certificate of one CA
 * (same subject, same key) only one can be there: the self-signed one, which needs no other above it.
 */
function withoutTwins(certificates: readonly CertificateFacts[]): CertificateFacts[] {
  const kept = new Map<string, CertificateFacts>();
  for (const each of certificates) {
    const twin = kept.get(twinKey(each));
    if (!twin || (each.selfSigned && !twin.selfSigned)) kept.set(twinKey(each), each);
  }
  return [...kept.values()];
}

/** True when `held` is `wanted`, or a certificate of the same CA that serves as well. */
function stands(held: CertificateFacts, wanted: CertificateFacts): boolean {
  if (held.sha256 === wanted.sha256) return true;
  const isAsGood = (held.selfSigned || !wanted.selfSigned) && held.notAfter >= wanted.notAfter;
  return isAsGood && twinKey(held) === twinKey(wanted);
}

function twinKey({ subject, key }: CertificateFacts): string {
  return `${key.spkiSha256} ${subject}`;
}

function factsIfReadable(pem: string | null | undefined): CertificateFacts[] {
  try {
    return pem ? [readCertificate(pem)] : [];
  } catch {
    return [];
  }
}

function rootsFirst(certificates: readonly CertificateFacts[]): CertificateFacts[] {
  const bySubject = new Map(certificates.map((each) => [each.subject, each]));
  const depth = ({ subject, issuer }: CertificateFacts, seen: readonly string[] = []): number => {
    const parent = bySubject.get(issuer);
    if (!parent || issuer === subject || seen.includes(issuer)) return 0;
    return 1 + depth(parent, [...seen, subject]);
  };
  return certificates.toSorted((a, b) => depth(a) - depth(b));
}

function vanished(host: string, slot: VosSlot, stillPem: readonly string[]): AppError {
  const subjects = stillPem.map((pem) => readCertificate(pem).subject).join('; ');
  return new AppError(
    'APPLIANCE_REFUSED',
    `${host} took the CA certificates for ${slot.id}-trust, but does not hold them: ${subjects}. It keeps one certificate of each subject.`,
  );
}
