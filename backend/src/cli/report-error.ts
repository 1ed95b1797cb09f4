import { AppError, ERRORS } from '../domain/errors.ts';

/** Tells a person what went wrong and what to do. Returns the exit status. */
export function reportError(err: unknown, out: NodeJS.WriteStream): number {
  const error = AppError.from(err);
  const { title, action } = ERRORS[error.code];
  out.write(`certferry: ${title}.\n  ${error.message}\n  ${action}\n`);
  if (error.code === 'INTERNAL' && err instanceof Error) out.write(`${err.stack}\n`);
  return 1;
}
