import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
} as const;
const DAY_MS = 24 * 60 * 60_000;

/** A self-signed certificate for a TLS server on loopback. */
export async function makeTlsCertificate(
  names: readonly string[],
  kind: 'EC' | 'RSA' = 'EC',
  name = 'CN=Loopback test',
): Promise<{ readonly certificatePem: string; readonly keyPem: string }> {
  const algorithm = kind === 'EC' ? ALGORITHM : RSA;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
      signingAlgorithm: algorithm,
      keys,
      extensions: [subjectAlternativeName(names), new x509.BasicConstraintsExtension(true)],
    },
    webcrypto,
  );
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificatePem: certificate.toString('pem'), keyPem: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

/** A request as an appliance makes it: the first name is the CN, all are in the SAN. Each call has a new key. */
export async function makeCsr(names: readonly string[]): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: `CN=${names[0]}`,
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [subjectAlternativeName(names)],
    },
    webcrypto,
  );
  return `${request.toString('pem')}\n`;
}

/** A CSR for `asked` and a certificate of its key for `given`. */
export async function makeLeaf(
  asked: readonly string[],
  issuer: IssuingCa,
  given: readonly string[] = asked,
): Promise<{ readonly csrPem: string; readonly leafPem: string }> {
  const csrPem = await makeCsr(asked);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: `CN=${given[0]}`,
      issuer: issuer.name,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: new x509.Pkcs10CertificateRequest(csrPem).publicKey,
      signingKey: issuer.keys.privateKey,
      extensions: [subjectAlternativeName(given)],
    },
    webcrypto,
  );
  return { csrPem, leafPem: `${certificate.toString('pem')}\n` };
}

export interface CertificateOptions {
  /** Of the key that signs, hex. */
  readonly keyId?: string;
  /** Hex. */
  readonly serial?: string;
  readonly subject?: string;
  /** Signs itself when left out. */
  readonly issuer?: IssuingCa;
  /** Where the certificate of the issuer is. */
  readonly issuerUrl?: string;
}

export interface IssuingCa {
  readonly pem: string;
  readonly name: string;
  readonly keys: CryptoKeyPair;
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

/** A certificate of an unnamed CA, with a key of its own. PEM. */
export async function makeCertificate(options: CertificateOptions = {}): Promise<string> {
  return (await makeCa({ issuer: await makeCa({ subject: 'CN=Some CA' }), ...options })).pem;
}

export async function makeCa(options: CertificateOptions = {}): Promise<IssuingCa> {
  const { subject = 'CN=leaf.example', serial = '01', keyId, issuer, issuerUrl } = options;
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject,
      issuer: issuer?.name ?? subject,
      serialNumber: serial,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(true),
        ...(keyId ? [new x509.AuthorityKeyIdentifierExtension(keyId)] : []),
        ...(issuerUrl ? [new x509.AuthorityInfoAccessExtension({ caIssuers: [issuerUrl] })] : []),
      ],
    },
    webcrypto,
  );
  return { pem: `${certificate.toString('pem')}\n`, name: subject, keys };
}

function subjectAlternativeName(names: readonly string[]): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension(
    names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }) as const),
  );
}
