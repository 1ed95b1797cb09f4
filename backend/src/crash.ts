import { keepable } from './plugins/exchange-text.ts';
import type { Logger } from './plugins/plugin.ts';

/** Of a chain of causes. */
const DEEPEST = 5;

/** What is told of an error: words that were written for people, and where it happened. Never what hangs on it otherwise. */
export interface ToldError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: ToldError;
}

/**
 * An error as it may be logged. Errors of libraries carry requests, with headers and passwords, as properties; these are left out, and
 * what looks like a login is taken out of the texts.
 */
export function toldError(err: unknown, depth = 0): ToldError {
  if (!(err instanceof Error))
    return { type: typeof err, message: typeof err === 'string' ? keepable(err, []) : 'no error' };
  const { name, message, stack, cause } = err;
  const code = 'code' in err && typeof err.code === 'string' ? { code: err.code } : {};
  return {
    type: name,
    message: keepable(message, []),
    ...code,
    ...(stack !== undefined && { stack: keepable(stack, []) }),
    ...(cause !== undefined && depth < DEEPEST && { cause: toldError(cause, depth + 1) }),
  };
}

/**
 * Ends the process at an error that nobody handled, as Node.js would, but tells no more of it than `toldError`: Node.js prints
 * everything that hangs on it. Unfinished renewals go on at the next start.
 */
export function tellCrashes(log: Pick<Logger, 'error'>): void {
  const crash = (err: unknown) => {
    log.error({ crash: toldError(err) }, 'ended by an error that nobody handled');
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}
