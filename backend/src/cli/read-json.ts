import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { AppError } from '../domain/errors.ts';

/** A file, or standard input for "-". @throws AppError BAD_REQUEST */
export function readText(file: string): Promise<string> {
  return file === '-' ? text(process.stdin) : readFile(file, 'utf8').catch(unreadable(file));
}

/** As `readText`. */
export async function readJson(file: string): Promise<unknown> {
  const content = await readText(file);
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new AppError('BAD_REQUEST', `${file} is not JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
}

function unreadable(file: string): (cause: unknown) => never {
  return (cause) => {
    throw new AppError('BAD_REQUEST', `${file} cannot be read: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  };
}
