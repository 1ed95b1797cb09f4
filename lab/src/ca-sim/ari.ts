import 'reflect-metadata';
import { AuthorityKeyIdentifierExtension, type X509Certificate } from '@peculiar/x509';
import type { Certificate } from './certificates.ts';
import { wireTime } from './wire-time.ts';

const DAY = 86_400_000;
/** Boulder's interval (https://letsencrypt.org/docs/integration-guide/); also the longest one a person would test with. */
export const RETRY_AFTER_SECONDS = 21_600;

/**
 * The certID of RFC 9773 section 4.1: key identifier of the issuer, dot, the DER bytes of the serial number with their
 * sign byte, both base64url.
 */
export function certIdOf(certificate: X509Certificate): string {
  const keyId = certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId;
  if (keyId === undefined) throw new Error('a leaf certificate has an authority key identifier');
  const serial = Buffer.from(certificate.serialNumber, 'hex');
  const signed = (serial[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), serial]) : serial;
  return `${Buffer.from(keyId, 'hex').toString('base64url')}.${signed.toString('base64url')}`;
}

/**
 * When this CA would like the certificate to be replaced: around 2/3 of its life, or half of a life under ten days,
 * and at once when it is revoked.
 */
export function renewalInfo(certificate: Certificate): Readonly<Record<string, unknown>> {
  if (certificate.revoked !== null) {
    const window = { start: new Date(certificate.revoked.getTime() - 2 * DAY), end: certificate.revoked };
    return { suggestedWindow: wire(window), explanationURL: 'https://lab-ca.invalid/revoked' };
  }
  return { suggestedWindow: wire(suggestedWindow(certificate)) };
}

export function suggestedWindow({ notBefore, notAfter }: Pick<Certificate, 'notBefore' | 'notAfter'>) {
  const life = notAfter.getTime() - notBefore.getTime();
  const ideal = notBefore.getTime() + (life < 10 * DAY ? life / 2 : (life * 2) / 3);
  return { start: new Date(ideal - life / 100), end: new Date(ideal + life / 100) };
}

function wire({ start, end }: { start: Date; end: Date }): { start: string; end: string } {
  return { start: wireTime(start), end: wireTime(end) };
}
