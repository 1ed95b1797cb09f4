import { z } from 'zod';
import { FILE_FORMATS, FILE_KINDS } from '../../certificates/formats.ts';
import type { Registration } from '../../certificates/register.ts';
import type { KeptCertificate, Standing } from '../../certificates/status.ts';
import { KEY_KINDS } from '../../domain/key-kind.ts';
import { REVOCATION_REASONS } from '../../domain/revocation.ts';
import { Secret } from '../../domain/secret.ts';
import { STATE_FILTERS } from '../../store/overview.ts';
import { pluginInput } from '../contract.ts';
import { part } from './accounts.ts';
import type { Page } from './lists.ts';

/** Requests and answers about certificates that are kept for download, and what is done with one that was issued. */

const settings = z.record(z.string(), z.unknown()).default({});

const preset = z.strictObject({ preset: z.string().min(1).max(100), settings });

export const registration = z.strictObject({
  /** For lists; the first of `names` unless it is given. */
  name: z.string().trim().min(1).max(200).optional(),
  names: z.array(z.string().trim().min(1).max(255)).min(1).max(100),
  challenge: z.enum(['dns-01', 'http-01']).default('dns-01'),
  /** An account by id or name, a preset by its id, or a plugin with its settings. */
  issuer: z.union([preset, part]),
  /** Where the challenge records go: an account, or a plugin with its settings. Left out: placed by hand. */
  dns: part.default({ plugin: 'manual', settings: {} }),
  dnsRules: z.array(z.strictObject({ suffix: z.string().min(1).max(255), use: part })).default([]),
  /** Who places the files of http-01. Left out: placed by hand. */
  http: pluginInput.default({ plugin: 'manual', settings: {} }),
  key: z.enum(KEY_KINDS).nullable().default(null),
  reuseKey: z.boolean().default(false),
  daysBefore: z.int().min(1).max(365).nullable().default(null),
  /** False: only when somebody asks. */
  automatic: z.boolean().default(true),
  owner: z
    .union([z.int().positive(), z.string().trim().min(1).max(128)])
    .nullable()
    .default(null),
}) satisfies z.ZodType<Registration>;

export const keptListQuery = z.object({
  search: z.string().max(200).optional(),
  state: z.enum(STATE_FILTERS).optional(),
  endsWithinDays: z.coerce.number().int().min(0).max(3_650).optional(),
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** Java takes no shorter one, and not every reader knows other characters. */
const filePassword = z
  .string()
  .min(6)
  .max(128)
  .regex(/^[\x20-\x7e]+$/, 'letters, digits and signs of ASCII')
  .transform((text) => new Secret(text));

export const fileRequest = z
  .strictObject({
    format: z.enum(FILE_FORMATS),
    /** Of `pkcs12` and `jks`. */
    password: filePassword.optional(),
  })
  .refine(({ format, password }) => FILE_KINDS[format].needsPassword === (password !== undefined), {
    path: ['password'],
    message: 'pkcs12 and jks need one, the others have none',
  });

export const revocationRequest = z
  .strictObject({ reason: z.enum(REVOCATION_REASONS).default('unspecified') })
  .prefault({});

export const removal = z
  .strictObject({
    force: z.boolean().default(false),
    /** For the audit. */
    reason: z.string().trim().min(3).max(500).optional(),
  })
  .refine(({ force, reason }) => !force || reason !== undefined, {
    path: ['reason'],
    message: 'what is deleted by force needs a reason',
  })
  .prefault({});

/** Instants are ISO 8601. */
export interface KeptCertificateView extends Standing {
  /** Also of the connection that it is. */
  readonly id: number;
  /** Of the connection. */
  readonly version: number;
  readonly name: string;
  readonly names: readonly string[];
  readonly ownerId: number | null;
  readonly automatic: boolean;
  readonly createdAt: string;
  /** In words: why it stands so, and what happens next. */
  readonly sentence: string;
  /** When certferry begins, or tries again, by itself; null when it does not. */
  readonly nextTry: string | null;
  /** The last renewal. */
  readonly renewalId: string | null;
  /** What can be downloaded now; null before the first was issued. */
  readonly certificate: KeptCertificate | null;
}

export type KeptCertificateList = Page<KeptCertificateView>;

export interface RevocationView {
  readonly sha256: string;
  readonly at: string;
  readonly reason: (typeof REVOCATION_REASONS)[number];
  readonly actor: string;
}
