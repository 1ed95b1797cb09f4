import type { AnnouncedLifetime, IssuerTraits } from '../../domain/issuer-traits.ts';

interface KnownProfile extends Omit<IssuerTraits, 'profile' | 'announced' | 'isPublic'> {
  readonly announced?: readonly AnnouncedLifetime[];
  /** ACME directory host. */
  readonly host: RegExp;
  readonly profile: string | null;
  readonly source: string;
}

const LETS_ENCRYPT = /^acme(-staging)?-v02\.api\.letsencrypt\.org$/;
const LETS_ENCRYPT_PROFILES = 'https://letsencrypt.org/docs/profiles/';
const GOOGLE = /^dv\.acme-v02\.(test-)?api\.pki\.goog$/;

/** What public CAs say of the certificates of each profile. The first row that fits counts. As of August 2026. */
export const KNOWN_PROFILES: readonly KnownProfile[] = [
  {
    host: LETS_ENCRYPT,
    profile: 'tlsserver',
    hasCommonName: false,
    signsClientAuth: false,
    refusesClientAuthRequest: false,
    maxDays: 45,
    source: LETS_ENCRYPT_PROFILES,
  },
  {
    host: LETS_ENCRYPT,
    profile: 'shortlived',
    hasCommonName: false,
    signsClientAuth: false,
    refusesClientAuthRequest: false,
    maxDays: 7,
    source: LETS_ENCRYPT_PROFILES,
  },
  {
    host: LETS_ENCRYPT,
    profile: null,
    hasCommonName: true,
    signsClientAuth: false,
    refusesClientAuthRequest: false,
    maxDays: 90,
    announced: [
      { from: '2027-02-10', days: 64 },
      { from: '2028-02-16', days: 45 },
    ],
    source: LETS_ENCRYPT_PROFILES,
  },
  {
    host: GOOGLE,
    profile: null,
    hasCommonName: null,
    signsClientAuth: false,
    refusesClientAuthRequest: true,
    maxDays: 90,
    source: 'https://pki.goog/faq/',
  },
];

/** Of the ACME directories of CAs that browsers trust. Whoever is not named is taken for private. */
const PUBLIC_HOSTS =
  /(^|\.)(letsencrypt\.org|pki\.goog|zerossl\.com|ssl\.com|sectigo\.com|digicert\.com|globalsign\.com|actalis\.com|buypass\.com)$/;

/** A CA that is not in the table is not judged: a private CA signs what its owner lets it. */
export function traitsOf(directory: string, profile: string | null): IssuerTraits {
  const { hostname: host } = new URL(directory);
  const known = KNOWN_PROFILES.find((row) => row.host.test(host) && (row.profile === null || row.profile === profile));
  return {
    profile,
    hasCommonName: known?.hasCommonName ?? null,
    signsClientAuth: known?.signsClientAuth ?? null,
    refusesClientAuthRequest: known?.refusesClientAuthRequest ?? null,
    isPublic: PUBLIC_HOSTS.test(host),
    maxDays: known?.maxDays ?? null,
    announced: known?.announced ?? [],
  };
}

/** How certificates for practice, which nobody trusts, name their issuer. */
const PRACTICE_ISSUERS: readonly { readonly name: RegExp; readonly source: string }[] = [
  { name: /\(STAGING\)|\bFake LE\b/, source: 'https://letsencrypt.org/docs/staging-environment/' },
  { name: /\bPebble (?:Intermediate|Root) CA\b/, source: 'https://github.com/letsencrypt/pebble' },
  { name: /\bDO NOT TRUST\b/i, source: 'lab/README.md' },
];

/** True when the distinguished name of an issuer says that it is for practice. */
export function isPracticeIssuer(name: string): boolean {
  return PRACTICE_ISSUERS.some((row) => row.name.test(name));
}
