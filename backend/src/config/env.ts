import { readFileSync } from 'node:fs';
import { AppError } from '../domain/errors.ts';

/** Names and values, as `process.env` holds them. */
export type EnvRecord = Readonly<Record<string, string | undefined>>;

/** The environment of this process. Nothing else reads it; everything below takes it as an argument. */
export function processEnv(): EnvRecord {
  return process.env;
}

/**
 * The value of `name`, or what is in the file that `<name>_FILE` names, without line breaks at its end.
 * Empty is the same as unset.
 *
 * @throws AppError INVALID_SETTINGS when both are set, or the file cannot be read.
 */
export function readVariable(env: EnvRecord, name: string): string | undefined {
  const value = env[name] || undefined;
  const file = env[`${name}_FILE`] || undefined;
  if (file === undefined) return value;
  if (value !== undefined) {
    throw new AppError('INVALID_SETTINGS', `${name} and ${name}_FILE are both set; set one of them.`);
  }
  return readValueFile(`${name}_FILE`, file);
}

function readValueFile(name: string, file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/[\r\n]+$/, '') || undefined;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('INVALID_SETTINGS', `${name} names a file that cannot be read (${why}).`, { cause });
  }
}
