/** Kinds of keys that certferry can make. */
export const KEY_KINDS = ['EC P-256', 'EC P-384', 'RSA 2048', 'RSA 3072', 'RSA 4096'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];
