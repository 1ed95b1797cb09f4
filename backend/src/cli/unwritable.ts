import { AppError } from '../domain/errors.ts';

/** For a file that a command writes with the flag `wx`: nothing is overwritten. @throws AppError BAD_REQUEST */
export function unwritable(file: string): (cause: unknown) => never {
  return (cause) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const why = code === 'EEXIST' ? 'it is there already; name another file' : code;
    throw new AppError('BAD_REQUEST', `${file} cannot be written: ${why}.`, { cause });
  };
}
