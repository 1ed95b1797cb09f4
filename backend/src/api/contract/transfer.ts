import { z } from 'zod';
import { Secret } from '../../domain/secret.ts';
import type { Imported } from '../../transfer/import.ts';
import { proof } from './access.ts';

const passphrase = z
  .string()
  .min(1)
  .max(1_000)
  .transform((text) => new Secret(text));

/** Secrets leave only under a passphrase, and for somebody who proves again who they are: see api/proof.ts. */
export const exportRequest = z.strictObject({ passphrase, ...proof });

/** `file`: the parsed JSON, or the text of one that is sealed, with its passphrase. */
export const importRequest = z.strictObject({
  file: z.union([z.string(), z.record(z.string(), z.unknown())]),
  passphrase: passphrase.optional(),
  dryRun: z.boolean().default(false),
});

export interface ImportView {
  readonly dryRun: boolean;
  readonly items: readonly Imported[];
}
