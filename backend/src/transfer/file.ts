import { z } from 'zod';
import { newCalendar } from '../api/contract/calendars.ts';
import { credentialName, policyInput } from '../api/contract.ts';
import { AppError } from '../domain/errors.ts';

/** A file of connections, and of the accounts, calendars and credentials that they use. Everything is named, nothing numbered. */

const name = z.string().trim().min(1).max(200);
const secrets = z.record(z.string(), z.string()).optional();

const ownPart = z.strictObject({
  plugin: z.string(),
  settings: z.record(z.string(), z.json()),
  /** A credential that others use too. */
  credential: credentialName.optional(),
  secrets,
});

const part = z.union([z.strictObject({ account: name }), ownPart]);

const calendar = z.strictObject({
  ...newCalendar.shape,
  /** What its iCalendar address gave last, so that it counts before it is read again. */
  copy: z
    .strictObject({ text: z.string(), readAt: z.string(), triedAt: z.string(), trouble: z.string().nullable() })
    .nullable()
    .default(null),
});

const credential = z.strictObject({ name: credentialName, plugin: z.string(), secrets });

const account = z.strictObject({ family: z.enum(['issuer', 'dns']), name, ...ownPart.shape });

const policy = policyInput.extend({ renewalCalendar: name.nullish(), restartCalendar: name.nullish() });

const connection = z.strictObject({
  name,
  appliance: ownPart,
  slot: z.string(),
  dnsNames: z.array(z.string()),
  issuer: part,
  secondIssuer: part.optional(),
  secondChain: z.string().optional(),
  dns: part,
  dnsRules: z.array(z.strictObject({ suffix: z.string(), use: part })).default([]),
  challenge: z.enum(['dns-01', 'http-01']).default('dns-01'),
  http: ownPart.default({ plugin: '', settings: {} }),
  policy: policy.default({}),
});

export const connectionsFile = z.strictObject({
  product: z.literal('certferry'),
  kind: z.literal('connections'),
  format: z.literal(1),
  /** Of the certferry that wrote it. */
  version: z.string().default('unknown'),
  /** ISO 8601 */
  createdAt: z.string().default(''),
  calendars: z.array(calendar).default([]),
  credentials: z.array(credential).default([]),
  accounts: z.array(account).default([]),
  connections: z.array(connection).default([]),
});

export type ConnectionsFile = z.output<typeof connectionsFile>;
export type FileCalendar = z.output<typeof calendar>;
export type FileCredential = z.output<typeof credential>;
export type FileAccount = z.output<typeof account>;
export type FileConnection = z.output<typeof connection>;
export type FilePart = z.output<typeof part>;
export type FileOwnPart = z.output<typeof ownPart>;

/** @throws AppError BAD_REQUEST saying which place of the file is wrong, never what stands there. */
export function parseConnectionsFile(value: unknown): ConnectionsFile {
  const parsed = connectionsFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') || 'the whole of it';
  throw new AppError(
    'BAD_REQUEST',
    `This is no file of connections that this version can read. ${place}: ${issue?.message}`,
  );
}
