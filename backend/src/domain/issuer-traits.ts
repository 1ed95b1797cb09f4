/** What is known of the certificates that a CA would issue; null where it is not known. */
export interface IssuerTraits {
  /** The ACME profile that is asked for; null for the CA's default. */
  readonly profile: string | null;
  readonly hasCommonName: boolean | null;
  readonly signsClientAuth: boolean | null;
  /** Whether it refuses a CSR that merely asks for clientAuth, as every CSR of a CUCM does. */
  readonly refusesClientAuthRequest: boolean | null;
  readonly maxDays: number | null;
}
