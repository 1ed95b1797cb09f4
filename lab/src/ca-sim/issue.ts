import 'reflect-metadata';
import { X509Certificate as NodeCertificate } from 'node:crypto';
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { certIdOf } from './ari.ts';
import type { Certificate } from './certificates.ts';
import type { CheckedCsr } from './csr.ts';
import { type Authority, anyIntermediate, type Hierarchy, newSerialNumber } from './hierarchy.ts';
import type { Profile } from './profiles.ts';
import { randomId } from './urls.ts';

/** The object identifier of the CA/Browser Forum for domain validation. */
const DOMAIN_VALIDATED = '2.23.140.1.2.1';
const HOUR = 3_600_000;
/** Upper bound of the common name in RFC 5280. */
const MAX_COMMON_NAME = 64;

export interface Issuance {
  readonly accountId: string;
  readonly csr: CheckedCsr;
  readonly names: readonly string[];
  readonly profile: Profile;
  readonly wantedProfile: string | null;
  readonly replaces: string | null;
}

/** Signs a leaf certificate. `urlOf`: where the certificate of that file name is served. */
export async function issue(
  issuance: Issuance,
  hierarchy: Hierarchy,
  urlOf: (file: string) => string,
): Promise<Certificate> {
  const { authority, index } = anyIntermediate(hierarchy);
  const leaf = await sign(issuance, authority, urlOf(`r${index + 1}.der`));
  const short = [leaf, authority.certificate];
  return {
    id: randomId(),
    accountId: issuance.accountId,
    certId: certIdOf(leaf),
    key: issuance.csr.key,
    der: Buffer.from(leaf.rawData),
    serial: leaf.serialNumber,
    sha256: new NodeCertificate(Buffer.from(leaf.rawData)).fingerprint256.replaceAll(':', '').toLowerCase(),
    dnsNames: issuance.names,
    profile: issuance.wantedProfile,
    replaces: issuance.replaces,
    notBefore: leaf.notBefore,
    notAfter: leaf.notAfter,
    chains: [pemOf([...short, hierarchy.crossSignedYoungRoot]), pemOf(short)],
    revoked: null,
  };
}

async function sign(issuance: Issuance, issuer: Authority, issuerUrl: string): Promise<X509Certificate> {
  const { csr, profile } = issuance;
  const publicKey = new PublicKey(csr.spki);
  const backdatedMs = Math.min(HOUR, profile.lifeMs / 100);
  const notBefore = new Date(Date.now() - backdatedMs);
  const commonName = profile.traditional ? commonNameOf(issuance) : null;
  return X509CertificateGenerator.create(
    {
      ...(commonName === null ? {} : { subject: [{ CN: [commonName] }] }),
      issuer: issuer.certificate.subjectName,
      publicKey,
      signingKey: issuer.keys.privateKey,
      serialNumber: newSerialNumber(),
      notBefore,
      notAfter: new Date(notBefore.getTime() + profile.lifeMs - 1000),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: await leafExtensions(issuance, publicKey, issuer, commonName === null, issuerUrl),
    },
    crypto,
  );
}

async function leafExtensions(
  { names, profile, csr }: Issuance,
  publicKey: PublicKey,
  issuer: Authority,
  emptySubject: boolean,
  issuerUrl: string,
): Promise<Extension[]> {
  const enciphers = profile.traditional && csr.key.asymmetricKeyType === 'rsa';
  const usages = KeyUsageFlags.digitalSignature | (enciphers ? KeyUsageFlags.keyEncipherment : 0);
  const alternativeNames = names.map((value) => ({ type: 'dns' as const, value }));
  const subjectKey = await SubjectKeyIdentifierExtension.create(publicKey, false, crypto);
  return [
    new KeyUsagesExtension(usages, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new BasicConstraintsExtension(false, undefined, true),
    ...(profile.traditional ? [subjectKey] : []),
    await AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey, false, crypto),
    new AuthorityInfoAccessExtension({ caIssuers: issuerUrl }),
    new SubjectAlternativeNameExtension(alternativeNames, emptySubject),
    new CertificatePolicyExtension([DOMAIN_VALIDATED]),
  ];
}

/** The CSR's own, else the first name that is short enough. */
function commonNameOf({ csr, names }: Issuance): string | null {
  const candidates = csr.commonName === null ? names : [csr.commonName, ...names];
  return candidates.find((name) => name.length <= MAX_COMMON_NAME) ?? null;
}

export function pemOf(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => `${certificate.toString('pem').trim()}\n`).join('');
}
