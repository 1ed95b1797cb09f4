import { AppError } from '../../domain/errors.ts';
import { sleep } from '../../plugins/clock.ts';
import type { Clock } from '../../plugins/plugin.ts';

const FIRST_WAIT_MS = 50;
const LONGEST_STEP_MS = 2_000;
/** A CA that names a longer time is left alone meanwhile: the renewal waits, not this call. */
const LONGEST_RETRY_AFTER_MS = 30_000;
const PATIENCE_MS = 5 * 60_000;

export type Look<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly retryAfterMs: number | null };

/**
 * Looks until it is done: after 50 ms, then at doubling distances up to two seconds, or when Retry-After says.
 *
 * @param what for the error: `The validation of a.example`
 * @param retryAfterMs of the answer that started what is waited for
 * @throws AppError ISSUER_RATE_LIMITED with `retryAfterMs` when the CA wants to be left alone for more than 30 s, or
 *   is not done after five minutes. The state is kept at the CA, so the caller may come back later.
 */
export async function poll<T>(
  what: string,
  retryAfterMs: number | null,
  look: () => Promise<Look<T>>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const deadline = clock.now().getTime() + PATIENCE_MS;
  let named = retryAfterMs;
  for (let step = FIRST_WAIT_MS; ; step = Math.min(step * 2, LONGEST_STEP_MS)) {
    const wait = named || step;
    if (wait > LONGEST_RETRY_AFTER_MS) throw notYet(what, wait);
    if (clock.now().getTime() + wait > deadline) throw notYet(what, LONGEST_RETRY_AFTER_MS);
    await sleep(clock, wait, signal);
    const seen = await look();
    if (seen.done) return seen.value;
    named = seen.retryAfterMs;
  }
}

function notYet(what: string, retryAfterMs: number): AppError {
  return new AppError(
    'ISSUER_RATE_LIMITED',
    `${what} takes the CA longer; it wants to be asked again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    {
      retryAfterMs,
    },
  );
}
