import type { ConnectionItem, RenewalOutcome, RenewalSummary, StepName, WordsView } from '../api/types.ts';
import { clockTime, dayOrTime } from '../ui/time.ts';
import { CONNECTION, FAILED, type Look, MODES, OUTCOMES, RESTART_PENDING, RESTARTS, UNREACHABLE } from './states.ts';

export type Standing = Pick<ConnectionItem, 'standing' | 'lastRenewal' | 'unreachable'>;

type Words = Pick<WordsView, 'steps'> | undefined;

/** The state of a renewal as it is stored. */
export function lookOfRenewal(renewal: RenewalSummary, words: Words): Look {
  const { outcome, state, oldStillServed } = renewal;
  if (outcome === 'failed') return FAILED[String(oldStillServed) as keyof typeof FAILED];
  // The daemon of the same version gives only outcomes that stand in the table; a test compares them.
  if (outcome !== null) return OUTCOMES[outcome as RenewalOutcome];
  const [step = '', mode] = state.split('.');
  const restarts = RESTARTS.includes(step as StepName);
  if (mode === 'held') return restarts ? RESTART_PENDING.held : MODES.held;
  if (mode === 'waiting') return restarts && renewal.planned ? RESTART_PENDING.waiting : lookOfWait(renewal);
  return { ...MODES.running, word: titleOf(step, words) };
}

function lookOfWait({ planned, resumeAt }: RenewalSummary): Look {
  if (resumeAt === null) return MODES.waiting;
  return { ...MODES.waiting, word: `${planned ? 'Waits until' : 'Tries again at'} ${clockTime(resumeAt)}` };
}

type LookOf = (connection: Standing, words: Words) => Look;

/** The renewal is what makes it stand so. */
const byRenewal: LookOf = ({ lastRenewal }, words) =>
  lastRenewal ? lookOfRenewal(lastRenewal, words) : CONNECTION.never;

/** How a connection stands as the daemon judges it: what was last seen outranks what was last tried. */
const STANDINGS: Readonly<Record<ConnectionItem['standing'], LookOf>> = {
  affected: () => FAILED.false,
  expired: () => CONNECTION.expired,
  held: byRenewal,
  failed: byRenewal,
  'not-served': () => OUTCOMES['installed-not-served'],
  stuck: () => CONNECTION.stuck,
  unreachable: lookOfSilence,
  'restart-pending': () => RESTART_PENDING.waiting,
  expiring: () => CONNECTION.expiring,
  retrying: byRenewal,
  running: byRenewal,
  incomplete: () => CONNECTION.incomplete,
  never: () => CONNECTION.never,
  // What a renewal saw served may have been lost from sight since.
  ended: (connection, words) =>
    connection.lastRenewal?.outcome === 'verified' ? CONNECTION.unseen : byRenewal(connection, words),
  served: () => OUTCOMES.verified,
  kept: () => OUTCOMES.kept,
};

/** @returns the word for how it stands, and after it what else is true at the same time. */
export function looksOfConnection(connection: Standing, words: Words): readonly [Look, ...Look[]] {
  const { standing, lastRenewal, unreachable } = connection;
  const run = lastRenewal?.outcome === null ? lastRenewal : null;
  const isToldAside = unreachable && standing !== 'unreachable' && (!run || rests(run));
  return [
    STANDINGS[standing](connection, words),
    ...(run && standing === 'expired' ? [lookOfRenewal(run, words)] : []),
    ...(isToldAside ? [lookOfSilence(connection)] : []),
  ];
}

/** What does not answer while a step runs may be restarting. */
function rests({ state }: RenewalSummary): boolean {
  return !state.endsWith('.running');
}

function lookOfSilence({ unreachable }: Standing): Look {
  if (!unreachable) return UNREACHABLE.true;
  const { word, tone } = UNREACHABLE[String(unreachable.told) as keyof typeof UNREACHABLE];
  return { word: `${word} since ${dayOrTime(unreachable.since)}`, tone };
}

/** The end of a renewal that says nothing of how its connection stands; null when it is what it stands by. */
export function lookAside({ standing, lastRenewal }: Standing): Look | null {
  const outcome = lastRenewal?.outcome as RenewalOutcome | null | undefined;
  const isAside = outcome && ASIDE.includes(outcome) && standing !== 'ended';
  return isAside ? OUTCOMES[outcome] : null;
}

/** They leave what is served as it was. */
const ASIDE: readonly RenewalOutcome[] = ['cancelled', 'not-due', 'issued', 'validated'];

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
