/**
 * The CA of an issuer key, without the account: `acme:acme-v02.api.letsencrypt.org` of
 * `acme:acme-v02.api.letsencrypt.org:1a2b3c4d`. A new account at the same CA is no reason to replace a certificate.
 */
export function caOf(issuerKey: string): string {
  const end = issuerKey.lastIndexOf(':');
  return end > issuerKey.indexOf(':') ? issuerKey.slice(0, end) : issuerKey;
}

/** Host and port of the CA's directory: `acme-v02.api.letsencrypt.org`. */
export function hostOfIssuer(issuerKey: string): string {
  const ca = caOf(issuerKey);
  return ca.slice(ca.indexOf(':') + 1);
}
