import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { flag, list, secret, text, url } from '../../plugins/fields.ts';
import { trustFields } from '../../plugins/trust.ts';

export const settings = z.object({
  directory: url({
    title: 'Directory URL',
    help: 'Where the CA publishes its ACME directory.',
    example: 'https://acme-v02.api.letsencrypt.org/directory',
  }),
  termsOfServiceAgreed: flag({
    title: 'I agree to the terms of service of the CA',
    help: 'The test shows their address.',
  }).default(false),
  contact: list({
    title: 'Contact addresses',
    help: 'E-mail addresses that the CA may write to. Some CAs need one.',
    example: 'pki@example.com',
    private: true,
  }).optional(),
  ...trustFields,
  eabKid: text({
    title: 'External account: key identifier',
    help: 'For CAs that bind ACME accounts to a customer account.',
  }).optional(),
  eabHmac: secret({ title: 'External account: HMAC key', help: 'In base64url, as the CA shows it.' }).optional(),
  testDirectory: url({
    title: 'Test directory URL',
    help: 'Where the same CA issues certificates that nobody trusts. After a failure at the CA, certferry first tries there. Known for Let’s Encrypt.',
    example: 'https://acme-staging-v02.api.letsencrypt.org/directory',
    advanced: true,
  }).optional(),
  profile: text({
    title: 'Profile',
    help: 'One of the profiles the CA offers. Empty: the CA decides.',
    example: 'classic',
    advanced: true,
  }).optional(),
  preferredChain: text({
    title: 'Preferred chain',
    help: 'Common name of the root of the chain to take when the CA offers several.',
    example: 'ISRG Root X1',
    advanced: true,
  }).optional(),
  findRootIn: text({
    title: 'Root certificates',
    help: 'PEM. Where to look for the root of the chain when it is neither served nor a public root.',
    advanced: true,
  }).optional(),
});

export type AcmeSettings = z.output<typeof settings>;

export interface ExternalAccount {
  readonly kid: string;
  readonly hmac: Secret;
}

/** @throws AppError INVALID_SETTINGS when only one half is there, or the key is no base64url. */
export function externalAccountOf(from: Pick<AcmeSettings, 'eabKid' | 'eabHmac'>): ExternalAccount | null {
  if (!from.eabKid && !from.eabHmac) return null;
  if (!from.eabKid || !from.eabHmac) {
    throw new AppError('INVALID_SETTINGS', 'External account binding needs both the key identifier and the HMAC key.');
  }
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(from.eabHmac.reveal().trim())) {
    throw new AppError('INVALID_SETTINGS', 'The HMAC key of the external account is not base64url.');
  }
  return { kid: from.eabKid, hmac: from.eabHmac };
}

/**
 * ACME runs over HTTPS (RFC 8555, section 6.1). Plain HTTP is taken on loopback only, where nobody listens in between.
 *
 * @throws AppError INVALID_SETTINGS
 */
export function directoryUrlOf(from: Pick<AcmeSettings, 'directory'>): URL {
  const directory = new URL(from.directory);
  if (directory.protocol === 'https:' || isLoopback(directory.hostname)) return directory;
  throw new AppError('INVALID_SETTINGS', `The directory URL ${from.directory} has to begin with https://.`);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
