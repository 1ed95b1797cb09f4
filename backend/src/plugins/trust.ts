import type { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import { choice, list, text } from './fields.ts';

/** Whom to believe at the other end of a TLS connection. */
export type Trust =
  | { readonly mode: 'public' }
  | { readonly mode: 'bundle'; readonly caPem: string }
  /** SHA-256 of the DER certificate, lower-case hex without colons. Any of them is good: two while a certificate is being replaced. */
  | { readonly mode: 'pin'; readonly sha256: readonly string[] };

/** Settings fields for `Trust`, the same in every plugin that dials TLS. */
export const trustFields = {
  trust: choice(['public', 'bundle', 'pin'], {
    title: 'Trust',
    help: 'Whose certificate the other end has to show before anything is sent to it.',
    choices: {
      public: 'A public CA',
      bundle: 'A CA that I give',
      pin: 'Exactly the certificate with this fingerprint',
    },
  }).default('public'),
  caBundle: text({
    title: 'CA bundle',
    help: 'PEM, one or more certificates.',
    onlyWith: { trust: 'bundle' },
  }).optional(),
  pinnedSha256: list({
    title: 'Pinned SHA-256',
    help: 'Fingerprint of the certificate that is served now. certferry moves the pin when it installs a new certificate.',
    onlyWith: { trust: 'pin' },
  }).optional(),
};

export type TrustSettings = Readonly<z.output<z.ZodObject<typeof trustFields>>>;

/** @throws AppError INVALID_SETTINGS when the mode lacks its field. */
export function trustOf(settings: TrustSettings): Trust {
  if (settings.trust === 'public') return { mode: 'public' };
  if (settings.trust === 'bundle') {
    if (!settings.caBundle) throw new AppError('INVALID_SETTINGS', 'Trust "bundle" needs a CA bundle in PEM.');
    return { mode: 'bundle', caPem: settings.caBundle };
  }
  const sha256 = (settings.pinnedSha256 ?? []).map(normaliseFingerprint);
  if (sha256.length === 0) throw new AppError('INVALID_SETTINGS', 'Trust "pin" needs the SHA-256 fingerprint to pin.');
  return { mode: 'pin', sha256 };
}

/** `AA:BB:…` or `aabb…` to `aabb…`. */
export function normaliseFingerprint(value: string): string {
  const hex = value.replaceAll(':', '').replaceAll(' ', '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    throw new AppError('INVALID_SETTINGS', `"${value}" is not a SHA-256 fingerprint (64 hexadecimal digits).`);
  }
  return hex;
}
