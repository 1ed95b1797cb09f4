/** How long a certificate may live at most that is issued on `from` (`2027-02-10`, UTC) or later. */
export interface AnnouncedLifetime {
  readonly from: string;
  readonly days: number;
}

/** What is known of the certificates that a CA would issue; null where it is not known. */
export interface IssuerTraits {
  /** The ACME profile that is asked for; null for the CA's default. */
  readonly profile: string | null;
  readonly hasCommonName: boolean | null;
  readonly signsClientAuth: boolean | null;
  /** Whether it refuses a CSR that merely asks for clientAuth, as every CSR of a CUCM does. */
  readonly refusesClientAuthRequest: boolean | null;
  /** Browsers trust it, so that the rules for public certificates bind it. */
  readonly isPublic: boolean;
  /** Days of the certificates that it issues today. */
  readonly maxDays: number | null;
  /** What it has announced beyond that, the earliest first. */
  readonly announced: readonly AnnouncedLifetime[];
}

/** Days that a certificate may live at most when it is issued at `at`; null when nobody said. */
export function lifetimeOn({ maxDays, announced }: IssuerTraits, at: Date): number | null {
  const inForce = announced.filter(({ from }) => new Date(from) <= at).at(-1);
  return inForce?.days ?? maxDays;
}
