/** A limit that a CA publishes, for what one of its accounts, or all of them together, may have in a time. */
export interface CaLimit {
  readonly id: 'same-names' | 'registered-domain' | 'orders' | 'failed-validations';
  /** What is counted, in words: `certificates for the same names`. */
  readonly what: string;
  readonly max: number;
  readonly windowMs: number;
  /** False: an order for exactly the names of an earlier certificate is not counted. */
  readonly renewalsCount: boolean;
}

export interface KnownCa {
  /** Of the ACME directory. */
  readonly host: string;
  readonly title: string;
  readonly limits: readonly CaLimit[];
  /** A replacement that the CA asked for, ordered within its window (RFC 9773), counts nowhere. */
  readonly replacementsExempt: boolean;
  /** Where the CA says so. */
  readonly source: string;
}

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const LETS_ENCRYPT_LIMITS = 'https://letsencrypt.org/docs/rate-limits/';

/** As of August 2026. A CA that publishes no numbers is not listed: there the CA's own answer decides. */
export const KNOWN_CAS: readonly KnownCa[] = [
  {
    host: 'acme-v02.api.letsencrypt.org',
    title: "Let's Encrypt",
    replacementsExempt: true,
    source: LETS_ENCRYPT_LIMITS,
    limits: letsEncrypt({ sameNames: 5, domain: 50, orders: 300, failures: 5 }),
  },
  {
    host: 'acme-staging-v02.api.letsencrypt.org',
    title: "Let's Encrypt (staging)",
    replacementsExempt: true,
    source: 'https://letsencrypt.org/docs/staging-environment/',
    limits: letsEncrypt({ sameNames: 30_000, domain: null, orders: 1500, failures: 200 }),
  },
];

interface Figures {
  readonly sameNames: number;
  readonly domain: number | null;
  readonly orders: number;
  readonly failures: number;
}

function letsEncrypt({ sameNames, domain, orders, failures }: Figures): readonly CaLimit[] {
  const limits: readonly CaLimit[] = [
    {
      id: 'same-names',
      what: 'certificates for the same names',
      max: sameNames,
      windowMs: WEEK_MS,
      renewalsCount: true,
    },
    {
      id: 'registered-domain',
      what: 'new certificates for a registered domain',
      max: domain ?? 0,
      windowMs: WEEK_MS,
      renewalsCount: false,
    },
    { id: 'orders', what: 'new orders of the account', max: orders, windowMs: 3 * HOUR_MS, renewalsCount: false },
    {
      id: 'failed-validations',
      what: 'failed validations of a name',
      max: failures,
      windowMs: HOUR_MS,
      renewalsCount: true,
    },
  ];
  return domain === null ? limits.filter(({ id }) => id !== 'registered-domain') : limits;
}
