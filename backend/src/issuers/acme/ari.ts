import 'reflect-metadata';
import { X509Certificate as NodeCertificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { readCertificate } from '../../domain/certificate.ts';
import type { RenewalWindow } from '../issuer.ts';
import { AcmeProblem, parseJson, retryAfterMs } from './problems.ts';
import { renewalInfoSchema } from './schema.ts';
import type { AcmeTransport } from './transport.ts';

/** RFC 9773, section 4.3.2: clients bound what the server says. */
const SHORTEST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 24 * 60 * 60_000;

/**
 * The name of a certificate in RFC 9773, section 4.1: key identifier of its issuer and its serial number.
 * Null for a certificate that no CA could know by it.
 */
export function certIdOf(certificatePem: string): string | null {
  const { selfSigned } = readCertificate(certificatePem);
  const keyId = new x509.X509Certificate(certificatePem).getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId;
  if (selfSigned || !keyId) return null;
  const serial = derInteger(new NodeCertificate(certificatePem).serialNumber);
  return `${Buffer.from(keyId, 'hex').toString('base64url')}.${serial.toString('base64url')}`;
}

/** Null when the CA has no renewal information, none for this certificate, or a window that ends before it starts. */
export async function renewalWindowOf(
  transport: AcmeTransport,
  leafPem: string,
  now: Date,
  signal: AbortSignal,
): Promise<RenewalWindow | null> {
  const { renewalInfo } = await transport.directory(signal);
  const certId = certIdOf(leafPem);
  if (!renewalInfo || !certId) return null;
  const url = `${renewalInfo.replace(/\/$/, '')}/${certId}`;
  const answer = await transport.exchange({ method: 'GET', url }, signal);
  if (answer.status === 404) return null;
  if (answer.status >= 400) throw new AcmeProblem({ method: 'GET', url, ...answer }, now);
  const parsed = renewalInfoSchema.safeParse(parseJson(answer.body));
  if (!parsed.success) return null;
  const { start, end } = parsed.data.suggestedWindow;
  if (Date.parse(end) <= Date.parse(start)) return null;
  return {
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    explanationUrl: parsed.data.explanationURL ?? null,
    retryAfterMs: bounded(retryAfterMs(answer.headers['retry-after'], now)),
  };
}

/** The content of the DER INTEGER: a leading zero octet keeps a number with its top bit set positive. */
function derInteger(hex: string): Buffer {
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

function bounded(ms: number | null): number | null {
  return ms === null ? null : Math.min(Math.max(ms, SHORTEST_RETRY_MS), LONGEST_RETRY_MS);
}
