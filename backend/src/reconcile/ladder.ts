import type { FailureClass } from './failure-class.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Ladder {
  /** Milliseconds after the first, second … failure in a row; the last one from then on. */
  readonly rungs: readonly number[];
  /** When little life is left the waits shrink with it, down to this. */
  readonly shortest: number;
  /** Each try is counted by a CA, or restarts something. Once the end is over there is nothing to come before. */
  readonly isCostly: boolean;
}

/**
 * How long the schedule waits after a renewal that failed, having tried for about an hour by itself. What costs nobody
 * anything is tried often; what a CA counts at most once a day in the end, as Let's Encrypt asks
 * (https://letsencrypt.org/docs/integration-guide/), and four times a day while what lives for days only comes to its end, which
 * is far from the five failures an hour that it counts; a refused login not at all: three of them lock an account.
 */
const LADDERS: Readonly<Record<Exclude<FailureClass, 'login'>, Ladder>> = {
  network: {
    rungs: [15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, DAY],
    shortest: 15 * MINUTE,
    isCostly: false,
  },
  dns: { rungs: [30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY], shortest: HOUR, isCostly: false },
  ca: { rungs: [HOUR, 4 * HOUR, 12 * HOUR, DAY], shortest: 6 * HOUR, isCostly: true },
  'rate-limit': { rungs: [HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY], shortest: 6 * HOUR, isCostly: true },
  device: { rungs: [HOUR, 6 * HOUR, DAY, 2 * DAY, 4 * DAY], shortest: 6 * HOUR, isCostly: false },
  // Each try may be another restart, and there are two at most: see docs/adr/0017.
  deployment: { rungs: [DAY, 2 * DAY], shortest: 6 * HOUR, isCostly: true },
  // Whoever is to place the challenge was told for days.
  person: { rungs: [DAY], shortest: HOUR, isCostly: true },
  defect: { rungs: [HOUR, 6 * HOUR, DAY], shortest: HOUR, isCostly: false },
};

/** A quarter of the life that is left may pass before the next try. */
const PART_OF_LIFE = 1 / 4;

export interface Attempt {
  readonly class: FailureClass;
  /** Failures in a row, this one included. */
  readonly count: number;
  readonly now: Date;
  /** Milliseconds until what is served ends; negative when it has; null when nothing is known. */
  readonly lifeLeftMs: number | null;
  /** Milliseconds that the other side asked to be left alone. */
  readonly retryAfterMs: number | null;
}

/** When the schedule tries again; null: not before something is changed. */
export function nextAttemptAt({ class: failure, count, now, lifeLeftMs, retryAfterMs }: Attempt): Date | null {
  if (failure === 'login') return null;
  const { rungs, shortest, isCostly } = LADDERS[failure];
  const rung = rungs[Math.min(count, rungs.length) - 1] ?? DAY;
  const isTooLate = lifeLeftMs !== null && lifeLeftMs <= 0 && isCostly;
  const wait = lifeLeftMs === null || isTooLate ? rung : withinLife(rung, shortest, lifeLeftMs);
  return new Date(now.getTime() + Math.max(wait, retryAfterMs ?? 0));
}

function withinLife(rung: number, shortest: number, lifeLeftMs: number): number {
  return Math.min(rung, Math.max(lifeLeftMs * PART_OF_LIFE, shortest));
}
