import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import type { FieldMeta } from './fields.ts';
import { type TrustSettings, trustOf } from './trust.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is stored with a connection, and what goes to the vault. */
export interface SplitSettings {
  readonly open: Fields;
  readonly secrets: Readonly<Record<string, Secret>>;
}

/** Names of the fields that the schema marks as secret. */
export function secretFields(schema: z.ZodObject): readonly string[] {
  return Object.entries(schema.shape)
    .filter(([, field]) => metaOf(field as z.ZodType).secret === true)
    .map(([name]) => name);
}

/** Separates what people typed by the schema's `secret` marks. Validates nothing. */
export function splitSecrets(schema: z.ZodObject, input: Fields): SplitSettings {
  const names = new Set(secretFields(schema));
  const entries = Object.entries(input);
  const secrets = entries.filter(([name, value]) => names.has(name) && typeof value === 'string' && value !== '');
  return {
    open: Object.fromEntries(entries.filter(([name]) => !names.has(name))),
    secrets: Object.fromEntries(secrets.map(([name, value]) => [name, new Secret(String(value))])),
  };
}

/**
 * Settings as the plugin's `create` takes them.
 *
 * @throws AppError INVALID_SETTINGS naming each field that is wrong, never its value.
 */
export function parseSettings<Schema extends z.ZodObject>(
  owner: string,
  schema: Schema,
  input: Fields,
): z.output<Schema> {
  const parsed = z.strictObject(schema.shape).safeParse(input);
  if (parsed.success) {
    if ('trust' in parsed.data) trustOf(parsed.data as TrustSettings);
    return parsed.data as z.output<Schema>;
  }
  const problems = parsed.error.issues.map(
    (issue) => `${fieldName(schema, issue.path)}: ${isMissing(input, issue) ? 'is missing' : issue.message}`,
  );
  throw new AppError('INVALID_SETTINGS', `${owner}: ${problems.join('; ')}.`);
}

function isMissing(input: Fields, { code, path }: z.core.$ZodIssue): boolean {
  const [field] = path;
  return path.length === 1 && code.startsWith('invalid_') && input[String(field)] === undefined;
}

function fieldName(schema: z.ZodObject, path: readonly PropertyKey[]): string {
  const [first] = path;
  const field = typeof first === 'string' ? schema.shape[first] : undefined;
  const title = field ? metaOf(field as z.ZodType).title : undefined;
  return title ? `${title} (${path.join('.')})` : path.join('.') || 'settings';
}

/** The metadata of a field, also of one that is wrapped as optional or with a default. */
export function metaOf(field: z.ZodType): Partial<FieldMeta> {
  const meta = field.meta() as Partial<FieldMeta> | undefined;
  if (meta?.title) return meta;
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault || field instanceof z.ZodNullable) {
    return metaOf(field.unwrap() as z.ZodType);
  }
  return {};
}
