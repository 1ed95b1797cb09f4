import { affordableAt, type Budget } from '../domain/budget.ts';
import { reserveOf, type WantedIssuer } from '../domain/due.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { spreadOf } from '../domain/spread.ts';
import type { WhichIssuer } from '../domain/which-issuer.ts';
import type { Connection } from '../store/store.ts';
import type { Quarantine } from './breaker.ts';
import { nextAttemptAt } from './ladder.ts';
import type { Setback, WatchMemory } from './memory.ts';
import type { Kept } from './rivals.ts';

/** One CA of a connection, and what stands against asking it. */
export interface Candidate {
  readonly issuer: WantedIssuer & {
    /** A failed issuance can be tried there first. */ readonly hasTestDirectory: boolean;
  };
  readonly quarantine: Quarantine | null;
  readonly budget: Budget;
  /** What of the budget is spoken for by others. */
  readonly kept: Kept;
}

/** Which CA the next certificate is asked of, and not before when; null: now. */
export interface Turn {
  readonly issuer: WhichIssuer;
  readonly readyAt: Date | null;
}

export interface TurnQuestion extends Candidate {
  readonly now: Date;
  readonly connection: Pick<Connection, 'id' | 'policy'>;
  readonly memory: WatchMemory;
  readonly second: Candidate | null;
}

/** It does not answer, or answers that something is wrong with itself, and did so for the whole ladder of a renewal. */
const DOWN: readonly ErrorCode[] = ['ISSUER_UNREACHABLE', 'ISSUER_FAILED'];
const LIMITED: readonly ErrorCode[] = ['ISSUER_RATE_LIMITED'];

/**
 * The first CA, unless it failed for a reason that is not ours. What it refused it would refuse for a good reason, and
 * the second one too: names, CAA, validation and account never lead there. While both fail they take turns.
 */
export function turnOf(question: TurnQuestion): Turn {
  const { second, memory, now } = question;
  const { issue, second: itsSetback } = memory.setbacks;
  const first: Turn = { issuer: 'first', readyAt: instantOf(issue?.notBefore) };
  const from = second && failsOverAt(question);
  if (!second || !from) return first;
  const readyFirst = latest(now, first.readyAt, ...obstacles(question, now));
  const readySecond = latest(now, from, instantOf(itsSetback?.notBefore), ...obstacles(second, now));
  const secondFailedLast = itsSetback !== null && itsSetback.at > (issue?.at ?? '');
  const isFirst = readyFirst < readySecond || (readyFirst.getTime() === readySecond.getTime() && secondFailedLast);
  if (isFirst) return first;
  return { issuer: 'second', readyAt: latest(from, instantOf(itsSetback?.notBefore)) };
}

/** From when on the second CA may be asked; null while it may not. */
function failsOverAt(question: TurnQuestion): Date | null {
  const { memory, connection, now } = question;
  const { issue } = memory.setbacks;
  // A person's mistake comes first, and a test directory that is down says nothing of the CA.
  if (memory.validateFirst) return null;
  if (issue && DOWN.includes(issue.code)) return shortWaitAfter(issue);
  const limitedUntil = limitOf(issue, question);
  if (!limitedUntil || limitedUntil <= now) return null;
  const old = tooOldAt(memory, connection, now);
  return old < limitedUntil ? old : null;
}

/** Until when the first CA will not issue, by what it said or by our own count; null when no limit is in the way. */
function limitOf(issue: Setback | null, { budget, kept, now }: TurnQuestion): Date | null {
  if (!issue) return affordableAt(budget, kept, now)?.at ?? null;
  return LIMITED.includes(issue.code) ? instantOf(issue.notBefore) : null;
}

/** However long the CA asked to be left alone: the other one did not. */
function shortWaitAfter({ at }: Setback): Date | null {
  return nextAttemptAt({ class: 'network', count: 1, now: new Date(at), lifeLeftMs: null, retryAfterMs: null });
}

/** Half of the time that was kept in reserve for renewing is over. */
function tooOldAt({ certificates }: WatchMemory, { id, policy }: Pick<Connection, 'id' | 'policy'>, now: Date): Date {
  const [first] = certificates.toSorted((a, b) => a.notAfter.localeCompare(b.notAfter));
  if (!first) return now;
  const end = Date.parse(first.notAfter);
  const life = Math.max(end - Date.parse(first.notBefore), 0);
  return new Date(end - reserveOf({ daysBefore: policy.daysBefore, spread: spreadOf(String(id)) }, life) / 2);
}

function obstacles({ quarantine, budget, kept }: Candidate, now: Date): readonly (Date | null)[] {
  return [quarantine?.until ?? null, affordableAt(budget, kept, now)?.at ?? null];
}

function latest(...instants: readonly (Date | null)[]): Date {
  return new Date(Math.max(...instants.map((at) => at?.getTime() ?? 0)));
}

export function instantOf(at: string | null | undefined): Date | null {
  return at ? new Date(at) : null;
}
