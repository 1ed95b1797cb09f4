import type { ConnectionView, RenewalOutcome, RenewalSummary, WordsView } from '../api/types.ts';
import { clockTime } from '../ui/time.ts';
import { CONNECTION, FAILED, type Look, MODES, OUTCOMES, RESTART_PENDING } from './states.ts';

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

/** The state of a connection: what was last seen outranks what was last tried. */
export function lookOfConnection(connection: ConnectionView, words: Words, now = Date.now()): Look {
  const { lastRenewal, lastSeen, policy, incomplete } = connection;
  if (lastRenewal?.outcome === null) return lookOfRenewal(lastRenewal, words);
  if (lastSeen && Date.parse(lastSeen.notAfter) <= now) return CONNECTION.expired;
  if (incomplete.length > 0) return CONNECTION.incomplete;
  if (!lastRenewal) return policy.automatic ? CONNECTION.never : CONNECTION.off;
  return lookOfRenewal(lastRenewal, words);
}

/** `Waiting for DNS` */
export function titleOf(step: string, words: Words): string {
  const name = step === 'cleanUpAfterFailure' ? 'cleanUp' : step;
  return words?.steps.find((known) => known.name === name)?.title ?? MODES.running.word;
}

/** Whole days until `notAfter`, negative when it is over. */
export function daysLeft(notAfter: string, now = Date.now()): number {
  return Math.floor((Date.parse(notAfter) - now) / 86_400_000);
}

/** What a person has to do something about, the worst first; null for the rest. */
export function urgency(connection: ConnectionView, words: Words): number | null {
  const { lastRenewal } = connection;
  if (lastRenewal?.outcome === 'failed' && lastRenewal.oldStillServed === false) return 0;
  if (lastRenewal?.outcome === 'installed-not-served') return 1;
  const { tone, word } = lookOfConnection(connection, words);
  if (word === CONNECTION.expired.word) return 2;
  return tone === 'person' ? 3 : null;
}
