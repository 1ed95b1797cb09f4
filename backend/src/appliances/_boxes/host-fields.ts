import { z } from 'zod';
import type { FieldMeta } from '../../plugins/fields.ts';

/** A host name or an IP address. */
export function address(meta: FieldMeta) {
  return z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9._:-]+$/, 'A host name or an IP address, without https:// and without a port')
    .meta({ ...meta });
}

/** At least one TCP port. */
export function ports(meta: FieldMeta) {
  return z
    .array(z.number().int().min(1).max(65535))
    .min(1)
    .meta({ ...meta });
}
