import type { Preset } from '../../plugins/plugin.ts';

/**
 * The CAs that most people use, so that nobody has to know their addresses. Directory URLs and whether a customer account
 * is bound as each CA documents them; as of August 2026. What is known of their certificates stands in traits.ts.
 */
export const presets: readonly Preset[] = [
  {
    id: 'letsencrypt',
    title: 'Let’s Encrypt',
    summary: 'Free and public. 90 days, no account beforehand.',
    settings: { directory: 'https://acme-v02.api.letsencrypt.org/directory' },
    ask: ['termsOfServiceAgreed', 'contact'],
    source: 'https://letsencrypt.org/docs/acme-protocol-updates/',
  },
  {
    id: 'letsencrypt-staging',
    title: 'Let’s Encrypt staging',
    summary: 'To practise with: generous limits, and certificates that nobody trusts.',
    settings: { directory: 'https://acme-staging-v02.api.letsencrypt.org/directory' },
    ask: ['termsOfServiceAgreed', 'contact'],
    practice: true,
    source: 'https://letsencrypt.org/docs/staging-environment/',
  },
  {
    id: 'zerossl',
    title: 'ZeroSSL',
    summary: 'Free and public. Bound to a ZeroSSL account: its developer page shows key identifier and HMAC key.',
    settings: { directory: 'https://acme.zerossl.com/v2/DV90' },
    ask: ['eabKid', 'eabHmac', 'termsOfServiceAgreed', 'contact'],
    externalAccount: 'https://zerossl.com/documentation/acme/',
    source: 'https://zerossl.com/documentation/acme/',
  },
  {
    id: 'google',
    title: 'Google Trust Services',
    summary: 'Free and public. Bound to a Google Cloud project, with a key that counts for one ACME account.',
    settings: { directory: 'https://dv.acme-v02.api.pki.goog/directory' },
    ask: ['eabKid', 'eabHmac', 'termsOfServiceAgreed', 'contact'],
    externalAccount: 'https://cloud.google.com/certificate-manager/docs/public-ca-tutorial',
    source: 'https://cloud.google.com/certificate-manager/docs/public-ca-tutorial',
  },
  {
    id: 'google-test',
    title: 'Google Trust Services test',
    summary: 'To practise with: certificates that nobody trusts. Needs a key of its own from the Google Cloud project.',
    settings: { directory: 'https://dv.acme-v02.test-api.pki.goog/directory' },
    ask: ['eabKid', 'eabHmac', 'termsOfServiceAgreed', 'contact'],
    externalAccount: 'https://cloud.google.com/certificate-manager/docs/public-ca-tutorial',
    practice: true,
    source: 'https://cloud.google.com/certificate-manager/docs/public-ca-tutorial',
  },
  {
    id: 'sslcom',
    title: 'SSL.com',
    summary:
      'Public, RSA certificates. Bound to an SSL.com account: its API credentials show key identifier and HMAC key.',
    settings: { directory: 'https://acme.ssl.com/sslcom-dv-rsa' },
    ask: ['eabKid', 'eabHmac', 'termsOfServiceAgreed', 'contact'],
    externalAccount: 'https://www.ssl.com/guide/ssl-tls-certificate-issuance-and-revocation-with-acme/',
    source: 'https://www.ssl.com/guide/ssl-tls-certificate-issuance-and-revocation-with-acme/',
  },
  {
    id: 'private',
    title: 'Private CA',
    summary: 'Your own CA with an ACME directory: its URL, and the CA certificate that its server is trusted by.',
    settings: { trust: 'bundle' },
    ask: ['directory', 'trust', 'caBundle', 'termsOfServiceAgreed', 'contact'],
    source: 'https://www.rfc-editor.org/rfc/rfc8555#section-7.1.1',
  },
];

/** The preset that a directory URL belongs to; undefined for a CA that is not in the table. */
export function presetOf(directory: string): Preset | undefined {
  return presets.find((preset) => preset.settings.directory === directory.replace(/\/$/, ''));
}
