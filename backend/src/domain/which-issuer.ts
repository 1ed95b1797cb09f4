/** A connection has a CA, and may have a second one for when the first is down. */
export const WHICH_ISSUER = ['first', 'second'] as const;
export type WhichIssuer = (typeof WHICH_ISSUER)[number];
