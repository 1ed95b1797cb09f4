import 'reflect-metadata';
import { createHash, X509Certificate as NodeCertificate, randomBytes, type webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { type HashName, type KeyKind, type KeyMaker, keyPemOf } from './keys.ts';

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
  readonly key: KeyKind;
  readonly hash: HashName;
  readonly ipsecUsage: boolean;
}

export interface SelfSignedDetails {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly notAfter: Date;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly hash: HashName;
}

const DAY_MS = 86_400_000;
const SELF_SIGNED_DAYS = 5 * 365;
const IPSEC_END_SYSTEM = '1.3.6.1.5.5.7.3.5';

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

/** A self-signed certificate as the node makes at installation. */
export async function selfSigned(details: SelfSignedDetails): Promise<CertificateWithKey> {
  const { commonName, dnsNames, notAfter, keys, hash } = details;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subjectOf(commonName),
    serialNumber: `4${randomBytes(15).toString('hex')}0`,
    notBefore: new Date(notAfter.getTime() - SELF_SIGNED_DAYS * DAY_MS),
    notAfter,
    keys,
    signingAlgorithm: { name: keys.publicKey.algorithm.name, hash },
    extensions: [...usages('rsa', false, x509.KeyUsageFlags.keyCertSign), ...alternativeNames(dnsNames)],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await keyPemOf(keys.privateKey) };
}

/** A request with a key of its own. Its SAN is exactly `dnsNames`. */
export async function newRequest(details: RequestDetails, newKeys: KeyMaker): Promise<CertificateRequest> {
  const { commonName, dnsNames, key, hash, ipsecUsage } = details;
  const keys = await newKeys(key, hash);
  const hasNames = dnsNames.length > 0;
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectOf(commonName),
    keys,
    signingAlgorithm: { name: keys.publicKey.algorithm.name, hash },
    extensions: [...usages(key.type, ipsecUsage, 0), ...alternativeNames(dnsNames)],
  });
  return {
    pem: `${csr.toString('pem')}\n`,
    keyPem: await keyPemOf(keys.privateKey),
    spki: Buffer.from(csr.publicKey.rawData).toString('hex'),
    names: new Set((hasNames ? dnsNames : [commonName]).map((name) => `dns:${name.toLowerCase()}`)),
    hasNames,
  };
}

function subjectOf(commonName: string): x509.JsonName {
  return [...SUBJECT_EXTRAS, { CN: [commonName] }];
}

function alternativeNames(dnsNames: readonly string[]): x509.Extension[] {
  const names = dnsNames.map((value) => ({ type: 'dns' as const, value }));
  return names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [];
}

/** What a real node asked for in a CSR; that is more than public CAs give. An EC key cannot encipher, it agrees on keys. */
function usages(key: KeyKind['type'], ipsecUsage: boolean, extra: number): x509.Extension[] {
  const { digitalSignature, keyEncipherment, dataEncipherment, keyAgreement } = x509.KeyUsageFlags;
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const forKey = key === 'ec' ? keyAgreement : keyEncipherment | dataEncipherment;
  return [
    new x509.KeyUsagesExtension(digitalSignature | forKey | extra),
    new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth, ...(ipsecUsage ? [IPSEC_END_SYSTEM] : [])]),
  ];
}
