import { type AppError, ERRORS } from '../domain/errors.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long a message is tried before it is given up. */
export const PATIENCE_MS = 24 * HOUR_MS;

/** After the first, second … failure that may pass: fast at first. The last rung repeats. */
const LADDER_MS = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 240].map((minutes) => minutes * MINUTE_MS);

/** After a refusal that only a person can lift: slow, so that no account is locked. A change of the channel tries at once. */
const SLOW_LADDER_MS = [1, 2, 4, 8, 8].map((hours) => hours * HOUR_MS);

/**
 * When a message that failed at its `tries`-th try is sent again; null when it is given up. What can never be delivered as it is
 * does not hold up those behind it.
 */
export function nextTry(error: AppError, tries: number, createdAt: string, now: Date): Date | null {
  if (error.code === 'NOTIFIER_REFUSED' || error.code === 'INTERNAL') return null;
  const ladder = ERRORS[error.code].retry === 'later' ? LADDER_MS : SLOW_LADDER_MS;
  const rung = ladder[Math.min(tries, ladder.length) - 1] ?? HOUR_MS;
  const at = now.getTime() + Math.max(rung, error.retryAfterMs ?? 0);
  return at > Date.parse(createdAt) + PATIENCE_MS ? null : new Date(at);
}
