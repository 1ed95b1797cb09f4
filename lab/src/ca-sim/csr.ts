import 'reflect-metadata';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';
import { weakness } from './key-policy.ts';
import { Problem } from './problem.ts';

const SUBJECT_ALT_NAME = '2.5.29.17';
const COMMON_NAME = '2.5.4.3';

/** What this CA takes from a CSR; the key usages it asks for are ignored. */
export interface CheckedCsr {
  readonly key: KeyObject;
  readonly spki: ArrayBuffer;
  /** Lower case; null when the subject has none. */
  readonly commonName: string | null;
}

/**
 * The checks that Boulder makes (https://github.com/letsencrypt/boulder, csr/csr.go): the names of subject and SAN
 * together are exactly the order's, the signature is sound, the key acceptable.
 *
 * @throws Problem badCSR
 */
export async function checkedCsr(base64urlDer: string, names: readonly string[]): Promise<CheckedCsr> {
  const csr = parsed(base64urlDer);
  await checkSignature(csr);
  const key = createPublicKey({ key: Buffer.from(csr.publicKey.rawData), format: 'der', type: 'spki' });
  const weak = weakness(key);
  if (weak !== null) throw new Problem('badCSR', `the key of the CSR: ${weak}`);
  const commonNames = csr.subjectName.getField(COMMON_NAME).map((name) => name.toLowerCase());
  if (commonNames.length > 1) throw new Problem('badCSR', 'the CSR has more than one common name');
  const found = [...new Set([...commonNames, ...alternativeNames(csr)])].sort();
  if (found.join() !== [...names].sort().join()) {
    throw new Problem('badCSR', `the CSR is for [${found.join(', ')}], the order for [${names.join(', ')}]`);
  }
  return { key, spki: csr.publicKey.rawData, commonName: commonNames[0] ?? null };
}

function parsed(base64urlDer: string): Pkcs10CertificateRequest {
  try {
    return new Pkcs10CertificateRequest(Buffer.from(base64urlDer, 'base64url'));
  } catch {
    throw new Problem('badCSR', 'the CSR cannot be parsed');
  }
}

async function checkSignature(csr: Pkcs10CertificateRequest): Promise<void> {
  if (csr.signatureAlgorithm.hash.name === 'SHA-1') throw new Problem('badCSR', 'the CSR is signed with SHA-1');
  const sound = await csr.verify(crypto).catch(() => false);
  if (!sound) throw new Problem('badCSR', 'the signature of the CSR is wrong');
}

function alternativeNames(csr: Pkcs10CertificateRequest): readonly string[] {
  const extension = csr.getExtension(SUBJECT_ALT_NAME);
  if (extension === null) return [];
  const names = new SubjectAlternativeNameExtension(extension.rawData).names.items;
  const foreign = names.find((name) => name.type !== 'dns');
  if (foreign !== undefined)
    throw new Problem('badCSR', `the CSR has a subject alternative name of type ${foreign.type}`);
  return names.map((name) => name.value.toLowerCase());
}
