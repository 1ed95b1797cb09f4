import { z } from 'zod';

export const evidenceQuery = z.object({
  /** `true`: stand-ins for names, as in a recording that is given away. */
  anonymous: z.stringbool().default(false),
});

export type EvidenceQuery = z.output<typeof evidenceQuery>;
