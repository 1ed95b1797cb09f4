import { z } from 'zod';

/** What a CA sends, and what certferry stored itself: only the fields that are used. RFC 8555, sections 6.7 and 7.1. */

export const directorySchema = z.object({
  newNonce: z.url(),
  newAccount: z.url(),
  newOrder: z.url(),
  /** RFC 8555 wants it; some private CAs leave it out. */
  revokeCert: z.url().optional(),
  /** RFC 9773 */
  renewalInfo: z.url().optional(),
  meta: z
    .object({
      termsOfService: z.string().optional(),
      caaIdentities: z.array(z.string()).optional(),
      externalAccountRequired: z.boolean().optional(),
      /** Name to description, draft-ietf-acme-profiles. */
      profiles: z.record(z.string(), z.string()).optional(),
    })
    .default({}),
});
export type Directory = z.output<typeof directorySchema>;

const identifierSchema = z.object({ type: z.string(), value: z.string() });

export const problemSchema = z.object({
  type: z.string().default('about:blank'),
  detail: z.string().optional(),
  title: z.string().optional(),
  subproblems: z
    .array(
      z.object({
        type: z.string().optional(),
        detail: z.string().optional(),
        identifier: identifierSchema.optional(),
      }),
    )
    .optional(),
});
export type Problem = z.output<typeof problemSchema>;

export const accountSchema = z.object({ status: z.string() });

export const orderSchema = z.object({
  status: z.enum(['pending', 'ready', 'processing', 'valid', 'invalid']),
  identifiers: z.array(identifierSchema),
  authorizations: z.array(z.string()),
  finalize: z.string(),
  expires: z.string().optional(),
  certificate: z.string().optional(),
  /** RFC 9773, section 5: what the CA accepted as being replaced. */
  replaces: z.string().optional(),
  error: problemSchema.optional(),
});
export type Order = z.output<typeof orderSchema>;

/** Challenges of types yet unknown may lack any of these but the type. */
const challengeSchema = z.object({
  type: z.string(),
  url: z.string().optional(),
  token: z.string().optional(),
  status: z.string().optional(),
  error: problemSchema.optional(),
});

export const authorizationSchema = z.object({
  status: z.enum(['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked']),
  identifier: identifierSchema,
  challenges: z.array(challengeSchema).default([]),
});
export type Authorization = z.output<typeof authorizationSchema>;

export const challengeAnswerSchema = z.object({ status: z.string() });

/** RFC 9773, section 4.2 */
export const renewalInfoSchema = z.object({
  suggestedWindow: z.object({ start: z.iso.datetime({ offset: true }), end: z.iso.datetime({ offset: true }) }),
  explanationURL: z.string().optional(),
});

/** `OrderTicket.handle` */
export const ticketHandleSchema = z.object({
  account: z.string(),
  finalize: z.string(),
  authorizations: z.array(z.string()),
});

/** account.json */
export const accountFileSchema = z.object({
  url: z.url(),
  directory: z.string(),
  contact: z.array(z.string()),
  createdAt: z.string(),
  /** RFC 7638 thumbprint of the key that the account was made with. */
  keyThumbprint: z.string(),
});
export type AccountFile = z.output<typeof accountFileSchema>;
