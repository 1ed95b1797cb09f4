import { z } from 'zod';

/** What the node accepts. Unknown fields and wrong types are refused, as a real one refuses them with "Invalid JSON Format". */

export const csrBody = z.strictObject({
  service: z.string(),
  distribution: z.literal('this-server'),
  commonName: z.string().min(1),
  keyType: z.literal('rsa').default('rsa'),
  keyLength: z.union([z.literal(2048), z.literal(3072), z.literal(4096)]).default(2048),
  hashAlgorithm: z.enum(['sha256', 'sha384', 'sha512']).default('sha256'),
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
