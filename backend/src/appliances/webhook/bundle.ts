import { type CertificateChain, readCertificate } from '../../domain/certificate.ts';
import type { Secret } from '../../domain/secret.ts';
import type { KeyFiles } from '../_hosts/key-files.ts';

/** What is sent to an agent; readme.md has it for people. Fields are added, not changed. */
export interface Bundle {
  readonly version: 1;
  /** Of the certificate, lower-case hex without colons. */
  readonly sha256: string;
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
  readonly dnsNames: readonly string[];
  /** ISO 8601 */
  readonly notBefore: string;
  readonly notAfter: string;
  /** `EC P-256` */
  readonly keyKind: string;
  /** PEM: the certificate alone. */
  readonly certificate: string;
  /** PEM: the intermediates; empty when there are none. */
  readonly chain: string;
  /** PEM: both, as most servers want it. */
  readonly fullchain: string;
  /** PKCS#8, PEM. Only when it was asked for. */
  readonly privateKey?: string;
}

/** As JSON. With `key`, it holds the private key in clear. */
export function bundleJson({ leafPem }: CertificateChain, files: KeyFiles, key: Secret | null): string {
  const { sha256, serial, subject, issuer, dnsNames, notBefore, notAfter, key: its } = readCertificate(leafPem);
  const bundle: Bundle = {
    version: 1,
    ...{ sha256, serial, subject, issuer, dnsNames, notBefore, notAfter, keyKind: its.kind },
    ...{ certificate: files.certificate, chain: files.chain, fullchain: files.fullchain },
    ...(key ? { privateKey: key.reveal() } : {}),
  };
  return JSON.stringify(bundle);
}
