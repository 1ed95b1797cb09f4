import type { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import { type EnvRecord, readVariable } from './env.ts';
import { SETTINGS, type Setting, type SettingName } from './schema.ts';

type Row<Name extends SettingName> = (typeof SETTINGS)[Name];
type Parsed<Name extends SettingName> = z.output<Row<Name>['schema']>;

export type SettingValue<Name extends SettingName> = Row<Name>['fallback'] extends null
  ? Parsed<Name> | null
  : Parsed<Name>;

/** @throws AppError INVALID_SETTINGS naming the variable and what is allowed. */
export function readSetting<Name extends SettingName>(env: EnvRecord, name: Name): SettingValue<Name> {
  const text = readVariable(env, name) ?? SETTINGS[name].fallback;
  const value = text === null ? null : parseSetting(name, text, name);
  // A row whose fallback is text never gives null, which the compiler does not follow.
  return value as SettingValue<Name>;
}

/** `origin` is where `text` was found, for the error: the variable or a file. */
export function parseSetting<Name extends SettingName>(name: Name, text: string, origin: string): Parsed<Name> {
  const { schema, allowed, secret }: Setting = SETTINGS[name];
  const result = schema.safeParse(text);
  // The schema of this very row made it, which the compiler does not follow through `Setting`.
  if (result.success) return result.data as Parsed<Name>;
  const fault = secret ? 'is not valid' : `is "${text}"`;
  throw new AppError('INVALID_SETTINGS', `${origin} ${fault}; allowed is ${allowed}.`);
}
