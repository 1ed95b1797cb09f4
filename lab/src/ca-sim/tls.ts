import 'reflect-metadata';
import { KeyObject } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { createTlsRoot, newKeys, newSerialNumber } from './hierarchy.ts';

export interface TlsIdentity {
  readonly keyPem: string;
  readonly certificatePem: string;
  /** What a client must trust to reach the endpoint; it signs nothing else. */
  readonly rootPem: string;
}

/** A certificate for the HTTPS endpoint on loopback. */
export async function createTlsIdentity(): Promise<TlsIdentity> {
  const root = await createTlsRoot();
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create(
    {
      subject: 'CN=certferry LAB HTTPS endpoint DO NOT TRUST',
      issuer: root.certificate.subjectName,
      publicKey: keys.publicKey,
      signingKey: root.keys.privateKey,
      serialNumber: newSerialNumber(),
      notBefore: root.certificate.notBefore,
      notAfter: root.certificate.notAfter,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([
          { type: 'ip', value: '127.0.0.1' },
          { type: 'dns', value: 'localhost' },
        ]),
        await AuthorityKeyIdentifierExtension.create(root.certificate.publicKey, false, crypto),
      ],
    },
    crypto,
  );
  return {
    keyPem: KeyObject.from(keys.privateKey).export({ format: 'pem', type: 'pkcs8' }).toString(),
    certificatePem: certificate.toString('pem'),
    rootPem: root.certificate.toString('pem'),
  };
}
