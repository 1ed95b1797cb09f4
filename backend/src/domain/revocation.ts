/**
 * Those that ACME has numbers for and that a subscriber may give, in the order of RFC 5280, section 5.3.1. The CA/Browser Forum
 * allows no others (Baseline Requirements, section 7.2.2).
 */
export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const;

export type RevocationReason = (typeof REVOCATION_REASONS)[number];
