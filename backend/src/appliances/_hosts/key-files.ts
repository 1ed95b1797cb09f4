import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  type CertificateChain,
  type CertificateFacts,
  chainPems,
  readCertificate,
  splitPem,
  UnreadableCertificateError,
} from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import type { KeyMaterial, SlotId } from '../driver.ts';

/** The slot of hosts that have one place for a certificate in each connection. */
export const ONLY_SLOT = 'certificate';

/** @throws AppError INVALID_SETTINGS */
export function refuseOtherSlot(slot: SlotId): void {
  if (slot === ONLY_SLOT) return;
  throw new AppError('INVALID_SETTINGS', `There is no slot "${slot}"; the slot of this host is "${ONLY_SLOT}".`);
}

/** One certificate in the forms that programs want it in, PEM. The root is in none of them: servers do not send it. */
export interface KeyFiles {
  readonly key: Secret;
  /** The leaf alone. */
  readonly certificate: string;
  /** The intermediates alone; empty when there are none. */
  readonly chain: string;
  /** Leaf, then intermediates. */
  readonly fullchain: string;
  /** Key, leaf, intermediates. */
  readonly combined: Secret;
}

/** @throws AppError CERTIFICATE_MISMATCH when the key is not that of the leaf; KEY_MISSING when there is none */
export function keyFilesOf(chain: CertificateChain, key: KeyMaterial): KeyFiles {
  if (key.held !== 'certferry') throw new AppError('KEY_MISSING', 'The host takes a key, and none was handed over.');
  const pem = key.pem.reveal();
  if (!new X509Certificate(chain.leafPem).checkPrivateKey(createPrivateKey(pem))) {
    throw new AppError('CERTIFICATE_MISMATCH', 'The certificate belongs to another key than the one handed over.');
  }
  const fullchain = chainPems({ ...chain, rootPem: null })
    .map(ended)
    .join('');
  return {
    key: new Secret(ended(pem)),
    certificate: ended(chain.leafPem),
    chain: chain.intermediatesPem.map(ended).join(''),
    fullchain,
    combined: new Secret(`${ended(pem)}${fullchain}`),
  };
}

/** What a file holds whose first certificate is the leaf. */
export function leafIn(text: string | null): CertificateFacts | null | 'unreadable' {
  if (text === null || text.trim() === '') return null;
  const [leaf] = splitPem(text);
  if (leaf === undefined) return 'unreadable';
  try {
    return readCertificate(leaf);
  } catch (err) {
    if (err instanceof UnreadableCertificateError) return 'unreadable';
    throw err;
  }
}

function ended(pem: string): string {
  return pem.endsWith('\n') ? pem : `${pem}\n`;
}
