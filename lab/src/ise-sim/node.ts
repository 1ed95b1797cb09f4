import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { issuersOf, type ServedIdentity } from '../appliance-sim/identity.ts';
import { type Certificate, readCertificate } from '../vos-sim/certificates.ts';
import { type KeyMaker, keyPemOf } from '../vos-sim/keys.ts';

export const ROLES = ['admin', 'eap', 'radius', 'portal', 'pxgrid', 'ims', 'saml'] as const;
export type Role = (typeof ROLES)[number];

/** As the list of system certificates prints them. */
const ROLE_WORDS: Readonly<Record<Role, string>> = {
  admin: 'Admin',
  eap: 'EAP Authentication',
  radius: 'RADIUS DTLS',
  portal: 'Portal',
  pxgrid: 'pxGrid',
  ims: 'ISE Messaging Service',
  saml: 'SAML',
};

export interface SystemCertificate {
  readonly id: string;
  readonly friendlyName: string;
  readonly certificate: Certificate;
  readonly keyPem: string;
  roles: ReadonlySet<Role>;
  groupTag: string | null;
}

export interface PendingCsr {
  readonly id: string;
  readonly hostName: string;
  readonly subject: string;
  readonly commonName: string;
  readonly friendlyName: string;
  readonly pem: string;
  readonly keyPem: string;
  readonly spki: string;
}

export interface CsrDetails {
  readonly hostName: string;
  readonly commonName: string;
  readonly organizationalUnit: string | undefined;
  readonly dnsNames: readonly string[];
  readonly bits: 2048 | 3072 | 4096;
  readonly usedFor: string;
}

/** The certificates of one node. */
export class IseNode {
  readonly fqdn: string;
  certificates: SystemCertificate[];

  constructor(fqdn: string, start: ServedIdentity) {
    this.fqdn = fqdn;
    this.certificates = [
      {
        id: randomUUID(),
        friendlyName: 'Default self-signed server certificate',
        certificate: readCertificate(start.chainPem[0] ?? ''),
        keyPem: start.keyPem,
        roles: new Set(['admin', 'eap', 'radius', 'portal']),
        groupTag: DEFAULT_GROUP,
      },
    ];
  }

  get hostname(): string {
    return this.fqdn.split('.')[0] ?? this.fqdn;
  }

  withRole(role: Role): SystemCertificate | undefined {
    return this.certificates.find(({ roles }) => roles.has(role));
  }

  /** A role belongs to one certificate at a time. */
  add(added: SystemCertificate): void {
    for (const one of this.certificates) {
      one.roles = new Set([...one.roles].filter((role) => !added.roles.has(role)));
      if (!one.roles.has('portal')) one.groupTag = null;
    }
    this.certificates = [...this.certificates, added];
  }

  identityFor(role: Role, trusted: readonly Certificate[]): ServedIdentity {
    const held = this.withRole(role) ?? this.certificates[0];
    if (!held) throw new Error('A node has a certificate from the start.');
    const issuers = issuersOf(held.certificate, trusted) ?? [];
    return { keyPem: held.keyPem, chainPem: [held.certificate.pem, ...issuers.map(({ pem }) => pem)] };
  }
}

export const DEFAULT_GROUP = 'Default Portal Certificate Group';

export function usedBy({ roles }: SystemCertificate): string {
  return roles.size === 0 ? 'Not in use' : [...roles].map((role) => ROLE_WORDS[role]).join(', ');
}

/** A key and a request, as ISE makes them: the subject is the request's own, and names are in the SAN. */
export async function makeCsr(details: CsrDetails, makeKeys: KeyMaker): Promise<PendingCsr> {
  const { hostName, commonName, organizationalUnit, dnsNames, bits, usedFor } = details;
  const keys = await makeKeys({ type: 'rsa', bits }, 'SHA-256');
  const unit: x509.JsonName = organizationalUnit ? [{ OU: [organizationalUnit] }] : [];
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [commonName] }, ...unit],
    keys,
    signingAlgorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    extensions: [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: 'dns', value }) as const)),
    ],
  });
  return {
    id: randomUUID(),
    hostName,
    subject: `CN=${commonName}${organizationalUnit ? `,OU=${organizationalUnit}` : ''}`,
    commonName,
    friendlyName: `${hostName}#${usedFor}`,
    pem: `${csr.toString('pem')}\n`,
    keyPem: await keyPemOf(keys.privateKey),
    spki: Buffer.from(csr.publicKey.rawData).toString('hex'),
  };
}
