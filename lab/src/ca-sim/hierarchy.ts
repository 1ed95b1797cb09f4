import 'reflect-metadata';
import { randomBytes, randomInt, type webcrypto } from 'node:crypto';
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const DAY = 86_400_000;

/** An issuing key with its certificate. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/**
 * Shaped like Let's Encrypt's since generation Y (https://letsencrypt.org/certificates/): two intermediates below a young
 * root that few trust stores know, which an old root has cross-signed.
 */
export interface Hierarchy {
  readonly oldRoot: X509Certificate;
  readonly youngRoot: X509Certificate;
  readonly crossSignedYoungRoot: X509Certificate;
  readonly intermediates: readonly Authority[];
}

interface Subject {
  readonly name: string;
  readonly days: number;
  readonly pathLength?: number;
  /** Where the issuer's certificate can be fetched; absent for roots. */
  readonly issuerUrl?: string;
}

/** `urlOf`: where a certificate of that file name will be served, for AIA caIssuers. */
export async function createHierarchy(urlOf: (file: string) => string): Promise<Hierarchy> {
  const run = randomBytes(3).toString('hex');
  const name = (role: string) => `CN=certferry LAB ${role} ${run} DO NOT TRUST, O=certferry LAB DO NOT TRUST`;
  const old = await selfSigned({ name: name('Root X1'), days: 3650 });
  const young = await selfSigned({ name: name('Root Y'), days: 3650 });
  const crossSigned = await signed(old, young.keys, {
    name: name('Root Y'),
    days: 1800,
    issuerUrl: urlOf('root-x1.der'),
  });
  const intermediates = ['R1', 'R2'].map(async (role): Promise<Authority> => {
    const keys = await newKeys();
    const subject = { name: name(role), days: 1095, pathLength: 0, issuerUrl: urlOf('root-y.der') };
    return { keys, certificate: await signed(young, keys, subject) };
  });
  return {
    oldRoot: old.certificate,
    youngRoot: young.certificate,
    crossSignedYoungRoot: crossSigned,
    intermediates: await Promise.all(intermediates),
  };
}

/** A root of its own, for the HTTPS endpoint: trusting it must not mean to trust what the CA issues. */
export async function createTlsRoot(): Promise<Authority> {
  return selfSigned({ name: 'CN=certferry LAB HTTPS endpoint root DO NOT TRUST', days: 30 });
}

/** At random, so that no client can pin the intermediate. */
export function anyIntermediate(hierarchy: Hierarchy): { authority: Authority; index: number } {
  const index = randomInt(hierarchy.intermediates.length);
  const authority = hierarchy.intermediates[index];
  if (authority === undefined) throw new Error('the hierarchy has no intermediate');
  return { authority, index };
}

export async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
}

/** 128 random bits with the highest one set: the DER form has a leading zero byte, which certIDs must keep (RFC 9773). */
export function newSerialNumber(): string {
  const serial = randomBytes(16);
  serial.writeUInt8(serial.readUInt8(0) | 0x80, 0);
  return serial.toString('hex');
}

async function selfSigned(subject: Subject): Promise<Authority> {
  const keys = await newKeys();
  const { notBefore, notAfter } = validity(subject);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: subject.name,
      keys,
      serialNumber: newSerialNumber(),
      notBefore,
      notAfter,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: await caExtensions(keys, subject),
    },
    crypto,
  );
  return { keys, certificate };
}

async function signed(issuer: Authority, keys: webcrypto.CryptoKeyPair, subject: Subject): Promise<X509Certificate> {
  const { notBefore, notAfter } = validity(subject);
  const authorityKey = await AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey, false, crypto);
  return X509CertificateGenerator.create(
    {
      subject: subject.name,
      issuer: issuer.certificate.subjectName,
      publicKey: keys.publicKey,
      signingKey: issuer.keys.privateKey,
      serialNumber: newSerialNumber(),
      notBefore,
      notAfter,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [...(await caExtensions(keys, subject)), authorityKey],
    },
    crypto,
  );
}

async function caExtensions(keys: webcrypto.CryptoKeyPair, { pathLength, issuerUrl }: Subject) {
  return [
    new BasicConstraintsExtension(true, pathLength, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    await SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
    ...(issuerUrl === undefined ? [] : [new AuthorityInfoAccessExtension({ caIssuers: issuerUrl })]),
  ];
}

function validity({ days }: Subject): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + days * DAY) };
}
