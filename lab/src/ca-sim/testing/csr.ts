import 'reflect-metadata';
import { KeyObject } from 'node:crypto';
import {
  type JsonGeneralNames,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509';

export interface CsrWish {
  readonly commonName?: string;
  readonly dnsNames?: readonly string[];
  readonly otherNames?: JsonGeneralNames;
  readonly key?: 'ec' | 'rsa1024' | 'rsa2048';
  readonly hash?: string;
}

export interface TestCsr {
  readonly der: Buffer;
  readonly privateKey: KeyObject;
}

/** A CSR, also one that no CA should accept. */
export async function newCsr({
  commonName,
  dnsNames = [],
  otherNames = [],
  key = 'ec',
  hash = 'SHA-256',
}: CsrWish): Promise<TestCsr> {
  const algorithm =
    key === 'ec'
      ? { name: 'ECDSA', namedCurve: 'P-256', hash }
      : {
          name: 'RSASSA-PKCS1-v1_5',
          modulusLength: Number(key.slice(3)),
          publicExponent: Uint8Array.of(1, 0, 1),
          hash,
        };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names: JsonGeneralNames = [...dnsNames.map((value) => ({ type: 'dns' as const, value })), ...otherNames];
  const csr = await Pkcs10CertificateRequestGenerator.create(
    {
      ...(commonName === undefined ? {} : { name: [{ CN: [commonName] }] }),
      keys,
      signingAlgorithm: algorithm,
      extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)],
    },
    crypto,
  );
  return { der: Buffer.from(csr.rawData), privateKey: KeyObject.from(keys.privateKey) };
}
