import { type AppError, ERRORS, type ErrorCode } from '../domain/errors.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long a message is tried while what is wrong may pass by itself: longer than any weekend. */
const PATIENCE_MS = 7 * DAY_MS;

/** The same while only a person can lift it. After so long others are told as well, whatever is wrong. */
const SHORT_PATIENCE_MS = DAY_MS;

/** After the first, second … failure that may pass: fast at first. The last rung repeats. */
const LADDER_MS = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 240].map((minutes) => minutes * MINUTE_MS);

/** After a refusal that only a person can lift: slow, so that no account is locked. A change of the channel tries at once. */
const SLOW_LADDER_MS = [1, 2, 4, 8, 8].map((hours) => hours * HOUR_MS);

/** What can never be delivered as it is does not hold up those behind it. */
export function isHopeless(code: ErrorCode): boolean {
  return code === 'NOTIFIER_REFUSED' || code === 'INTERNAL';
}

/** When a message that failed at its `tries`-th try since `since` (ISO 8601) is sent again; null when it is given up. */
export function nextTry(error: AppError, tries: number, since: string, now: Date): Date | null {
  if (isHopeless(error.code)) return null;
  const passes = ERRORS[error.code].retry === 'later';
  const ladder = passes ? LADDER_MS : SLOW_LADDER_MS;
  const rung = ladder[Math.min(tries, ladder.length) - 1] ?? HOUR_MS;
  const at = now.getTime() + Math.max(rung, error.retryAfterMs ?? 0);
  return at > Date.parse(since) + (passes ? PATIENCE_MS : SHORT_PATIENCE_MS) ? null : new Date(at);
}

/** Whether this failure is the first after a day of trying. `lastTry`: ISO 8601, null when it is the first of all. */
export function isADayLate(since: string, lastTry: string | null, now: Date): boolean {
  const late = Date.parse(since) + SHORT_PATIENCE_MS;
  return now.getTime() >= late && (lastTry === null || Date.parse(lastTry) < late);
}
