import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';

export type Variables = Readonly<Record<string, string>>;

const LINE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/;

/**
 * Reads `NAME=value` lines as people copy them from a manual: empty lines and lines that begin with `#` are left out,
 * `export` before the name and one pair of quotes around the value are taken off. Nothing is expanded.
 *
 * @throws AppError INVALID_SETTINGS naming the number of the line, never what it holds.
 */
export function readVariables(text: Secret | undefined): Variables {
  const lines = (text?.reveal() ?? '').split(/\r?\n/).map((line) => line.trim());
  const variables: Record<string, string> = {};
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined || value.includes('\0')) {
      throw new AppError('INVALID_SETTINGS', `Line ${index + 1} of the variables is not of the form NAME=value.`);
    }
    variables[name] = unquoted(value);
  }
  return variables;
}

function unquoted(value: string): string {
  const [, inner] = /^'(.*)'$/.exec(value) ?? /^"(.*)"$/.exec(value) ?? [];
  return inner ?? value;
}
