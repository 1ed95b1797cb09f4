import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate made in a test, with its key. */
export interface TestCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  /** Lower-case hex of the DER. */
  readonly sha256: string;
  readonly keys: CryptoKeyPair;
  readonly certificate: x509.X509Certificate;
}

export interface TestCertificateOptions {
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** Self-signed when absent. */
  readonly issuer?: TestCertificate;
  readonly isCa?: boolean;
  /** A new pair when absent. */
  readonly keys?: CryptoKeyPair;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

type CryptoKeyPair = webcrypto.CryptoKeyPair;

export async function makeCertificate(options: TestCertificateOptions): Promise<TestCertificate> {
  const keys = options.keys ?? (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']));
  const certificate = await certify(keys.publicKey, options, keys);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    certPem: `${certificate.toString('pem')}\n`,
    keyPem: `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`,
    sha256: Buffer.from(await certificate.getThumbprint('SHA-256')).toString('hex'),
    keys,
    certificate,
  };
}

/** Signs a foreign key: what a CA does with a CSR. PEM. */
export async function signRequest(csrPem: string, issuer: TestCertificate): Promise<string> {
  const csr = new x509.Pkcs10CertificateRequest(csrPem);
  const san = csr.getExtension('2.5.29.17');
  const names = san ? new x509.SubjectAlternativeNameExtension(san.rawData).names.items : [];
  const dnsNames = names.filter((name) => name.type === 'dns').map((name) => name.value);
  const commonName = csr.subjectName.getField('CN')[0] ?? dnsNames[0] ?? 'unnamed';
  const publicKey = await csr.publicKey.export();
  const certificate = await certify(publicKey, { commonName, dnsNames, issuer }, issuer.keys);
  return `${certificate.toString('pem')}\n`;
}

async function certify(
  publicKey: webcrypto.CryptoKey,
  options: TestCertificateOptions,
  own: CryptoKeyPair,
): Promise<x509.X509Certificate> {
  const { commonName, issuer, isCa = false } = options;
  const names = [
    ...(options.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(options.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  return await x509.X509CertificateGenerator.create({
    subject: `CN=${commonName}`,
    issuer: issuer ? issuer.certificate.subject : `CN=${commonName}`,
    notBefore: options.notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: options.notAfter ?? new Date(Date.now() + 30 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey,
    signingKey: (issuer?.keys ?? own).privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(isCa, undefined, true),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
}
