import type { ConnectionItem, RenewalOutcome, RenewalSummary, WordsView } from '../api/types.ts';
import { clockTime } from '../ui/time.ts';
import { CONNECTION, FAILED, type Look, MODES, OUTCOMES, RESTART_PENDING } from './states.ts';

type Standing = Pick<ConnectionItem, 'standing' | 'lastRenewal'>;

type Words = Pick<WordsView, 'steps'> | undefined;

/** The state of a renewal as it is stored. */
export function lookOfRenewal({ outcome, state, resumeAt, oldStillServed }: RenewalSummary, words: Words): Look {
  if (outcome === 'failed') return FAILED[String(oldStillServed) as keyof typeof FAILED];
  // The daemon of the same version gives only outcomes that stand in the table; a test compares them.
  if (outcome !== null) return OUTCOMES[outcome as RenewalOutcome];
  const [step = '', mode] = state.split('.');
  if (step === 'activate' && (mode === 'waiting' || mode === 'held')) return RESTART_PENDING[mode];
  if (mode === 'held') return MODES.held;
  if (mode !== 'waiting') return { ...MODES.running, word: titleOf(step, words) };
  return resumeAt === null ? MODES.waiting : { ...MODES.waiting, word: `Tries again at ${clockTime(resumeAt)}` };
}

/** The state of a connection, as the daemon judges it: what was last seen outranks what was last tried. */
export function lookOfConnection({ standing, lastRenewal }: Standing, words: Words): Look {
  if (standing === 'expired') return CONNECTION.expired;
  if (standing === 'incomplete') return CONNECTION.incomplete;
  if (standing === 'served') return OUTCOMES.verified;
  if (standing === 'kept') return OUTCOMES.kept;
  return lastRenewal ? lookOfRenewal(lastRenewal, words) : CONNECTION.never;
}

/** `Wait for the proofs` */
export function titleOf(step: string, words: Words): string {
  const name = step === 'cleanUpAfterFailure' ? 'cleanUp' : step;
  return words?.steps.find((known) => known.name === name)?.title ?? MODES.running.word;
}

/** Whole days until `notAfter`, negative when it is over. */
export function daysLeft(notAfter: string, now = Date.now()): number {
  return Math.floor((Date.parse(notAfter) - now) / 86_400_000);
}

/** Whether its time has come. @param dueAt ISO 8601; null when that is not known */
export function isDue(dueAt: string | null, now = Date.now()): boolean {
  return dueAt !== null && Date.parse(dueAt) <= now;
}
