import 'reflect-metadata';
import { createHash, X509Certificate as NodeCertificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { remembering } from './remembering.ts';

/** What a person and a step need to know of a certificate. Plain JSON. */
export interface CertificateFacts {
  readonly pem: string;
  /** Of the DER, lower-case hex without colons. */
  readonly sha256: string;
  /** Upper-case hex, as OpenSSL prints it. */
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
  readonly commonName: string | null;
  /** Subject alternative names of type DNS, lower case, in order. */
  readonly dnsNames: readonly string[];
  /** ISO 8601 */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly key: KeyFacts;
  /** OIDs, `1.3.6.1.5.5.7.3.1` is serverAuth. */
  readonly extendedKeyUsage: readonly string[];
  readonly selfSigned: boolean;
}

/** What can be kept and judged without the certificate itself. */
export type CertificateSummary = Omit<CertificateFacts, 'pem'>;

export interface KeyFacts {
  /** `RSA 2048`, `EC P-256`, or the algorithm's own name. */
  readonly kind: string;
  /** SHA-256 of the SubjectPublicKeyInfo: equal for a certificate, its CSR and nothing else. */
  readonly spkiSha256: string;
}

export interface CsrFacts {
  readonly pem: string;
  readonly subject: string;
  readonly commonName: string | null;
  /** CN and SAN together, lower case, without repeats: what an order must name. A CUCM may leave out SAN or the CN from it. */
  readonly dnsNames: readonly string[];
  /** SAN entries that are no DNS names (`ip:10.0.0.1`), as `type:value`. */
  readonly otherNames: readonly string[];
  readonly key: KeyFacts;
  readonly extendedKeyUsage: readonly string[];
}

/** What an issuer returns: PEM, one certificate each. */
export interface CertificateChain {
  readonly leafPem: string;
  /** As served by the CA, from the leaf's issuer upwards. A cross-signed root may be among them. */
  readonly intermediatesPem: readonly string[];
  /** The self-signed certificate at the top; null when it could not be found. */
  readonly rootPem: string | null;
}

export class UnreadableCertificateError extends Error {
  override readonly name = 'UnreadableCertificateError';
}

/** Certificates: those of some large clusters and their CAs, and about a megabyte. */
const REMEMBERED = 200;

/**
 * The same few certificates are read at every poll and in every recorded answer, and reading one takes a millisecond
 * or more, much of it for checking a signature.
 */
const remembered = remembering(certificateFacts, REMEMBERED);

/** @throws UnreadableCertificateError */
export function readCertificate(pem: string): CertificateFacts {
  return remembered(pem);
}

function certificateFacts(pem: string): CertificateFacts {
  const cert = parse('certificate', () => new x509.X509Certificate(pem));
  const node = parse('certificate', () => new NodeCertificate(Buffer.from(cert.rawData)));
  const san = cert.getExtension(x509.SubjectAlternativeNameExtension);
  return {
    pem: toPem('CERTIFICATE', Buffer.from(cert.rawData)),
    sha256: sha256Hex(Buffer.from(cert.rawData)),
    serial: node.serialNumber,
    subject: cert.subject,
    issuer: cert.issuer,
    commonName: cert.subjectName.getField('CN')[0] ?? null,
    dnsNames: dnsNamesOf(san),
    notBefore: cert.notBefore.toISOString(),
    notAfter: cert.notAfter.toISOString(),
    key: keyFacts(cert.publicKey),
    extendedKeyUsage: ekuOf(cert.getExtension(x509.ExtendedKeyUsageExtension)),
    selfSigned: node.checkIssued(node) && node.verify(node.publicKey),
  };
}

/** @throws UnreadableCertificateError */
export function readCsr(pem: string): CsrFacts {
  const csr = parse('certificate request', () => new x509.Pkcs10CertificateRequest(pem));
  // On requests peculiar/x509 finds extensions by OID only.
  const san = csr.getExtension('2.5.29.17');
  const eku = csr.getExtension('2.5.29.37');
  const sanExtension = san ? new x509.SubjectAlternativeNameExtension(san.rawData) : null;
  const commonName = csr.subjectName.getField('CN')[0] ?? null;
  const names = [...(commonName ? [commonName.toLowerCase()] : []), ...dnsNamesOf(sanExtension)];
  return {
    pem: toPem('CERTIFICATE REQUEST', Buffer.from(csr.rawData)),
    subject: csr.subject,
    commonName,
    dnsNames: [...new Set(names)],
    otherNames: (sanExtension?.names.items ?? [])
      .filter((name) => name.type !== 'dns')
      .map((name) => `${name.type}:${name.value}`),
    key: keyFacts(csr.publicKey),
    extendedKeyUsage: ekuOf(eku ? new x509.ExtendedKeyUsageExtension(eku.rawData) : null),
  };
}

/** Splits text with any number of PEM certificates; text between them is ignored. */
export function splitPem(text: string): string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => `${block.replaceAll('\r', '')}\n`);
}

export function sha256OfPem(pem: string): string {
  return sha256Hex(new NodeCertificate(pem).raw);
}

export function derToPem(der: Uint8Array): string {
  return toPem('CERTIFICATE', Buffer.from(der));
}

/** Leaf first, then intermediates, then the root when known: the order that appliances and web servers take. */
export function chainPems(chain: CertificateChain): string[] {
  return [chain.leafPem, ...chain.intermediatesPem, ...(chain.rootPem ? [chain.rootPem] : [])];
}

/** True when both hold the same DNS names, in any order or case. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a.map((name) => name.toLowerCase()));
  const right = new Set(b.map((name) => name.toLowerCase()));
  return left.size === right.size && [...left].every((name) => right.has(name));
}

function parse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new UnreadableCertificateError(`This is not a readable ${what}.`, { cause });
  }
}

function dnsNamesOf(san: x509.SubjectAlternativeNameExtension | null): string[] {
  const items = san?.names.items ?? [];
  return items.filter((name) => name.type === 'dns').map((name) => name.value.toLowerCase());
}

function ekuOf(eku: x509.ExtendedKeyUsageExtension | null): string[] {
  return (eku?.usages ?? []).map(String);
}

function keyFacts(key: x509.PublicKey): KeyFacts {
  const algorithm = key.algorithm as { name: string; modulusLength?: number; namedCurve?: string };
  return { kind: keyKind(algorithm), spkiSha256: sha256Hex(Buffer.from(key.rawData)) };
}

function keyKind(algorithm: { name: string; modulusLength?: number; namedCurve?: string }): string {
  if (algorithm.modulusLength) return `RSA ${algorithm.modulusLength}`;
  if (algorithm.namedCurve) return `EC ${algorithm.namedCurve}`;
  return algorithm.name;
}

function sha256Hex(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

function toPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
