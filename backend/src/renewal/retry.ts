import { type AppError, ERRORS } from '../domain/errors.ts';

/** Milliseconds after the first, second … failure of one step. About 50 minutes in all, fast at first. */
export const RETRY_LADDER_MS: readonly number[] = [
  2_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000,
];

/** An hour: when a peer asks for more, the renewal ends, and the schedule weighs it against the life that is left and a second CA. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * When a step that failed on its `attempt`-th try runs again; null when it does not.
 * A time that the other side named wins over the ladder when it is longer.
 */
export function retryAt(
  error: AppError,
  {
    attempt,
    retries,
    ladderMs,
    now,
  }: { attempt: number; retries: number | undefined; ladderMs: readonly number[]; now: Date },
): Date | null {
  if (ERRORS[error.code].retry === 'never') return null;
  if (attempt > (retries ?? ladderMs.length)) return null;
  const rung = ladderMs[Math.min(attempt, ladderMs.length) - 1] ?? 0;
  const wait = Math.max(rung, error.retryAfterMs ?? 0);
  return wait > LONGEST_WAIT_MS ? null : new Date(now.getTime() + wait);
}
