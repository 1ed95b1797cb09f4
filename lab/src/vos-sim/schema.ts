import { z } from 'zod';

/** What the node accepts. Unknown fields and wrong types are refused, as a real one refuses them with "Invalid JSON Format". */

export const csrBody = z.strictObject({
  service: z.string(),
  distribution: z.string(),
  /** May be left out for a multi-server certificate only. */
  commonName: z.string().min(1).optional(),
  keyType: z.enum(['rsa', 'ec', 'ecdsa']).optional(),
  keyLength: z.literal([256, 384, 2048, 3072, 4096]).optional(),
  hashAlgorithm: z.enum(['sha256', 'sha384', 'sha512']).optional(),
  altNames: z.array(z.string().min(1)).default([]),
});

/** `service` is one name here, and an array in `trustBody`. */
export const identityBody = z.strictObject({
  service: z.string(),
  certificates: z.array(z.string()).min(1),
});

export const trustBody = z.strictObject({
  service: z.array(z.string()).min(1),
  certificates: z.array(z.string()).min(1),
  description: z.string().optional(),
});

export const serviceQuery = z.object({ service: z.string() });

export type CsrBody = z.infer<typeof csrBody>;
