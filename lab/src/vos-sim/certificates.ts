import 'reflect-metadata';
import { createHash, X509Certificate as NodeCertificate, randomBytes, type webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface Certificate {
  readonly pem: string;
  readonly parsed: NodeCertificate;
  /** Of the DER, lower-case hex. */
  readonly sha256: string;
  /** The DER of the public key, hex. */
  readonly spki: string;
  readonly commonName: string | null;
  readonly issuerName: string;
  /** Subject alternative names as `type:value`, lower case. */
  readonly names: ReadonlySet<string>;
}

export interface CertificateRequest {
  readonly pem: string;
  readonly keyPem: string;
  /** The DER of the public key, hex. */
  readonly spki: string;
  /** What the SAN of the certificate has to be, as `type:value`, lower case. */
  readonly names: ReadonlySet<string>;
  /** False when the request has no SAN extension; a certificate without one is good for it. */
  readonly hasNames: boolean;
}

export interface CertificateWithKey {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface RequestDetails {
  readonly commonName: string;
  /** Empty: no SAN extension at all. */
  readonly dnsNames: readonly string[];
  readonly keyLength: number;
  readonly hash: 'SHA-256' | 'SHA-384' | 'SHA-512';
}

const DAY_MS = 86_400_000;
const SELF_SIGNED_DAYS = 5 * 365;

/** The node adds these from its own configuration (`set web-security`), whatever the request says. */
const SUBJECT_EXTRAS = [{ C: ['US'] }, { ST: ['Lab State'] }, { L: ['Loopback'] }, { O: ['Example Lab'] }];

/** @throws when it is no certificate */
export function readCertificate(pem: string): Certificate {
  const parsed = new NodeCertificate(pem);
  const details = new x509.X509Certificate(parsed.raw);
  const alternativeNames = details.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  return {
    pem: parsed.toString(),
    parsed,
    sha256: createHash('sha256').update(parsed.raw).digest('hex'),
    spki: Buffer.from(details.publicKey.rawData).toString('hex'),
    commonName: details.subjectName.getField('CN')[0] ?? null,
    issuerName: details.issuerName.getField('CN')[0] ?? details.issuer,
    names: new Set(alternativeNames.map((name) => `${name.type}:${name.value}`.toLowerCase())),
  };
}

/** Every PEM certificate in the text, with whatever stands between them left out. */
export function splitPem(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

/** A key for self-signed certificates; several may share it. */
export async function newSelfSignedKeys(type: 'rsa' | 'ec'): Promise<webcrypto.CryptoKeyPair> {
  return await newKeys(type === 'ec' ? { name: 'ECDSA', namedCurve: 'P-256' } : rsa(2048, 'SHA-256'));
}

/** A self-signed certificate as the node makes at installation. Negative days: it has expired. */
export async function selfSigned(
  commonName: string,
  days: number,
  keys: webcrypto.CryptoKeyPair,
): Promise<CertificateWithKey> {
  const notAfter = new Date(Date.now() + days * DAY_MS);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subjectOf(commonName),
    serialNumber: `4${randomBytes(15).toString('hex')}0`,
    notBefore: new Date(notAfter.getTime() - SELF_SIGNED_DAYS * DAY_MS),
    notAfter,
    keys,
    signingAlgorithm: { name: keys.publicKey.algorithm.name, hash: 'SHA-256' },
    extensions: [
      ...usages(x509.KeyUsageFlags.keyCertSign),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: commonName }]),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await keyPemOf(keys.privateKey) };
}

/** A request with a key of its own. Its SAN is exactly `dnsNames`. */
export async function newRequest(details: RequestDetails): Promise<CertificateRequest> {
  const keys = await newKeys(rsa(details.keyLength, details.hash));
  const hasNames = details.dnsNames.length > 0;
  const alternativeNames = details.dnsNames.map((value) => ({ type: 'dns' as const, value }));
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectOf(details.commonName),
    keys,
    signingAlgorithm: { name: keys.publicKey.algorithm.name },
    extensions: [...usages(0), ...(hasNames ? [new x509.SubjectAlternativeNameExtension(alternativeNames)] : [])],
  });
  return {
    pem: `${csr.toString('pem')}\n`,
    keyPem: await keyPemOf(keys.privateKey),
    spki: Buffer.from(csr.publicKey.rawData).toString('hex'),
    names: new Set((hasNames ? details.dnsNames : [details.commonName]).map((name) => `dns:${name.toLowerCase()}`)),
    hasNames,
  };
}

function rsa(modulusLength: number, hash: string): RsaParameters {
  return { name: 'RSASSA-PKCS1-v1_5', hash, modulusLength, publicExponent: new Uint8Array([1, 0, 1]) };
}

async function newKeys(parameters: RsaParameters | EcParameters): Promise<webcrypto.CryptoKeyPair> {
  return await crypto.subtle.generateKey(parameters, true, ['sign', 'verify']);
}

function subjectOf(commonName: string): x509.JsonName {
  return [...SUBJECT_EXTRAS, { CN: [commonName] }];
}

/** What a real node asked for in a CSR; that is more than public CAs give. */
function usages(extra: number): x509.Extension[] {
  const { digitalSignature, keyEncipherment, dataEncipherment } = x509.KeyUsageFlags;
  return [
    new x509.KeyUsagesExtension(digitalSignature | keyEncipherment | dataEncipherment | extra),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
  ];
}

async function keyPemOf(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

interface RsaParameters {
  readonly name: 'RSASSA-PKCS1-v1_5';
  readonly hash: string;
  readonly modulusLength: number;
  readonly publicExponent: Uint8Array;
}

interface EcParameters {
  readonly name: 'ECDSA';
  readonly namedCurve: string;
}
