import type { CaInstant } from '../domain/due.ts';
import type { AriMemory } from './memory.ts';

/** RFC 9773, section 4.3.2: Retry-After is kept to, within bounds; after a failure the CA is asked again later and later. */
const SHORTEST_MS = 60_000;
const LONGEST_MS = 86_400_000;
const USUAL_MS = 6 * 3_600_000;
const FIRST_FAILURE_MS = 5 * 60_000;

/** What the CA answered; `'failed'` when it did not. */
export type AriAnswer =
  | {
      /** ISO 8601 */
      readonly start: string;
      readonly end: string;
      readonly explanationUrl: string | null;
      readonly retryAfterMs: number | null;
    }
  | null
  | 'failed';

export interface AriQuestion {
  /** SHA-256 of the certificate that the CA was asked about. */
  readonly certificate: string;
  readonly answer: AriAnswer;
  readonly now: Date;
  /** From 0 up to 1. Used when an instant is drawn. */
  readonly random: () => number;
}

/** Whether the CA should be asked about `certificate` now. What is remembered of another certificate counts for nothing. */
export function shouldAsk(remembered: AriMemory | null, certificate: string, now: Date): boolean {
  return remembered?.certificate !== certificate || new Date(remembered.askAgainAt) <= now;
}

/**
 * What to remember after asking. The instant is drawn uniformly once and kept while the window stays: drawn again each
 * time, it would gather at the window's beginning. A failure keeps what was known of the same certificate.
 */
export function afterAsking(
  remembered: AriMemory | null,
  { certificate, answer, now, random }: AriQuestion,
): AriMemory {
  const same = remembered?.certificate === certificate ? remembered : null;
  if (answer === 'failed') {
    const failures = (same?.failures ?? 0) + 1;
    const wait = Math.min(FIRST_FAILURE_MS * 2 ** (failures - 1), USUAL_MS);
    const known = same ?? { window: null, selectedAt: null };
    return { ...known, certificate, failures, askAgainAt: later(now, wait) };
  }
  if (answer === null || !(Date.parse(answer.start) < Date.parse(answer.end))) {
    return { certificate, window: null, selectedAt: null, failures: 0, askAgainAt: later(now, USUAL_MS) };
  }
  const { start, end, explanationUrl, retryAfterMs } = answer;
  const stays = same?.window?.start === start && same.window.end === end ? same.selectedAt : null;
  return {
    certificate,
    window: { start, end, explanationUrl },
    selectedAt: stays ?? drawn(start, end, random()),
    failures: 0,
    askAgainAt: later(now, Math.min(Math.max(retryAfterMs ?? USUAL_MS, SHORTEST_MS), LONGEST_MS)),
  };
}

/** For `judgeDue`. */
export function caInstantOf(remembered: AriMemory | null): CaInstant | null {
  if (!remembered || remembered.selectedAt === null) return null;
  return { certificate: remembered.certificate, selectedAt: remembered.selectedAt };
}

/** Whether `now` is in the window that the CA named: an order then is exempt from its limits. */
export function isInWindow(remembered: AriMemory | null, certificate: string | null, now: Date): boolean {
  if (!remembered?.window || remembered.certificate !== certificate) return false;
  return Date.parse(remembered.window.start) <= now.getTime() && now.getTime() <= Date.parse(remembered.window.end);
}

function drawn(start: string, end: string, fraction: number): string {
  const from = Date.parse(start);
  return new Date(Math.floor(from + fraction * (Date.parse(end) - from))).toISOString();
}

function later(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}
