import { z } from 'zod';
import { Secret } from '../domain/secret.ts';

/** What `schema.meta({...})` carries; read by the form, the docs generator and the vault. */
export interface FieldMeta {
  readonly title: string;
  readonly help?: string;
  readonly example?: string;
  /** Stored encrypted, handed to the plugin as `Secret`, never sent back to the browser. */
  readonly secret?: true;
  /** Personal or site data: shown in the UI, left out of bug reports. */
  readonly private?: true;
  /** Folded away in the form. */
  readonly advanced?: true;
  /** Items of a list stand on a line each and may hold commas. */
  readonly wholeLines?: true;
  /** What each value of a choice means, in words for a person. */
  readonly choices?: Readonly<Record<string, string>>;
  /** Means something only while these fields have these values: `{ trust: 'bundle' }`. */
  readonly onlyWith?: Readonly<Record<string, string>>;
}

/** The few kinds of fields that plugin settings are made of. Each carries its `FieldMeta`. */

export function text(meta: FieldMeta) {
  return z
    .string()
    .trim()
    .min(1)
    .meta({ ...meta });
}

/** Parses to a `Secret`. Never trimmed: a password may begin or end with a space. */
export function secret(meta: FieldMeta) {
  return z
    .union([z.string().min(1), z.instanceof(Secret)])
    .transform((value) => (value instanceof Secret ? value : new Secret(value)))
    .meta({ ...meta, secret: true });
}

export function integer(meta: FieldMeta, { min, max }: { min: number; max: number }) {
  return z
    .number()
    .int()
    .min(min)
    .max(max)
    .meta({ ...meta });
}

export function port(meta: FieldMeta) {
  return integer(meta, { min: 1, max: 65535 });
}

export function flag(meta: FieldMeta) {
  return z.boolean().meta({ ...meta });
}

export function choice<const Values extends readonly [string, ...string[]]>(
  values: Values,
  meta: FieldMeta & { readonly choices?: Readonly<Record<Values[number], string>> },
) {
  return z.enum(values).meta({ ...meta });
}

export function list(meta: FieldMeta) {
  return z.array(z.string().trim().min(1)).meta({ ...meta });
}

export function url(meta: FieldMeta) {
  return z.url({ protocol: /^https?$/ }).meta({ ...meta });
}
