import { z } from 'zod';
import type { ImportView } from '../contract/transfer.ts';

export const imported = z.object({
  dryRun: z.boolean(),
  items: z.array(
    z.object({
      kind: z.enum(['calendar', 'credential', 'account', 'connection']),
      name: z.string(),
      action: z.enum(['added', 'changed', 'same', 'refused']),
      detail: z.string().nullable(),
    }),
  ),
}) satisfies z.ZodType<ImportView>;
