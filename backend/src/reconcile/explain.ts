import type { Budget } from '../domain/budget.ts';
import type { DueReason } from '../domain/due.ts';
import { ERRORS } from '../domain/errors.ts';
import { count } from '../domain/words.ts';
import { effectOf, type MachineState } from '../renewal/machine.ts';
import { OUTCOME_WORDS, titleOf } from '../renewal/sentences.ts';
import type { Connection } from '../store/store.ts';
import type { FailureClass } from './failure-class.ts';
import { emptyMemory, type SeenEndpoint, type Setback, type WatchMemory } from './memory.ts';
import { missingWords } from './missing-words.ts';
import type { WatchState } from './states.ts';

/** Why a connection is, or is not, renewed now: one sentence for people, and what it is made of for programs. */
export interface Explanation {
  readonly connectionId: number;
  readonly state: WatchState;
  readonly sentence: string;
  /** ISO 8601: when something happens or may change by itself; null: not before somebody does something. */
  readonly nextAt: string | null;
  readonly facts: ExplanationFacts;
}

/** Instants are ISO 8601. */
export interface ExplanationFacts {
  readonly due: boolean | null;
  readonly reason: DueReason | null;
  /** From when on time alone makes it due. */
  readonly dueFrom: string | null;
  /** Who decides when: the CA's window, the days of the policy, the part of the lifetime, or a person. */
  readonly decidedBy: 'ca-window' | 'days-before' | 'lifetime' | 'person';
  readonly served: readonly ServedFact[];
  readonly caWindow: {
    readonly start: string;
    readonly end: string;
    readonly selectedAt: string;
    readonly explanationUrl: string | null;
  } | null;
  readonly unreachableSince: string | null;
  readonly quarantinedUntil: string | null;
  /** Of issuing and of putting to use, each with its own ladder. */
  readonly setbacks: {
    readonly issue: Setback | null;
    readonly deploy: Setback | null;
    /** Of issuing at the second CA. */
    readonly second: Setback | null;
  };
  /** The next attempt is first made at the CA's test directory. */
  readonly validatesFirst: boolean;
  readonly renewal: { readonly id: string; readonly state: string } | null;
  readonly lookedAt: string | null;
  readonly nextLookAt: string | null;
}

export interface ServedFact extends SeenEndpoint {
  readonly notAfter: string | null;
}

/** A row of the store, read. `memory` is null when there is none, or none that can be read. */
export interface WatchView {
  readonly memory: WatchMemory | null;
  /** ISO 8601 */
  readonly nextAt: string | null;
}

export interface RenewalInHand {
  readonly id: string;
  readonly state: MachineState;
}

interface Context {
  readonly memory: WatchMemory;
  readonly connection: Pick<Connection, 'policy'>;
  readonly renewal: RenewalInHand | null;
  readonly why: string;
  /** `at 2027-01-21 03:12 UTC`, or what stands for it. */
  readonly when: string;
}

/** `renewal` is the unfinished one, if there is one. Asks nobody: all of it is in what the reconciler stored. */
export function explain(
  { memory: stored, nextAt: nextLookAt }: WatchView,
  connection: Pick<Connection, 'id' | 'policy' | 'incomplete'>,
  renewal: RenewalInHand | null,
  now: Date,
): Explanation {
  const memory = stored ?? emptyMemory(now);
  const { decision } = memory;
  const state = renewal ? 'renewing' : stateOf(memory, connection);
  const nextAt = nextOf(state, memory, { renewal, nextLookAt });
  const base = { connectionId: connection.id, state, nextAt };
  const why = state === 'incomplete' ? missingWords(connection) : lower(decision?.why ?? '');
  const context = { memory, connection, renewal, why, when: at(nextAt) };
  const parts = [
    SENTENCES[state](context),
    secondWords(state, memory),
    fallbackWords(state, memory),
    silenceWords(state, memory),
    overdueWords(nextLookAt, now),
  ];
  return {
    ...base,
    sentence: `${parts.filter((part) => part !== '').join('; ')}.`,
    facts: factsOf(memory, connection, renewal, nextLookAt),
  };
}

/** What is missing is known from the connection itself, before and after anybody looked. */
function stateOf({ decision }: WatchMemory, { incomplete }: Pick<Connection, 'incomplete'>): WatchState {
  if (incomplete.length > 0) return 'incomplete';
  return decision && decision.state !== 'incomplete' ? decision.state : 'unseen';
}

function nextOf(
  state: WatchState,
  { decision }: WatchMemory,
  { renewal, nextLookAt }: { readonly renewal: RenewalInHand | null; readonly nextLookAt: string | null },
): string | null {
  if (state === 'incomplete') return null;
  return state === 'renewing' ? resumeAt(renewal) : (decision?.until ?? nextLookAt);
}

/** One for each state. Without the full stop, so that more can follow. */
export const SENTENCES: Readonly<Record<WatchState, (context: Context) => string>> = {
  unseen: () => 'Nothing is known yet: it is looked at within a minute',
  incomplete: ({ why }) => `Not complete, so nothing is looked at or renewed until it is: ${why}`,
  silent: ({ why, when }) =>
    `Nobody could see what is served (${why}), so nothing is renewed; it is looked at again ${when}`,
  renewing: ({ renewal }) =>
    renewal ? renewalWords(renewal) : 'A renewal has just ended, and what is served is looked at next',
  fresh: ({ why, when, memory, connection }) =>
    `Not due: ${why}; it becomes due ${when}, ${RULES[decidedBy(memory, connection)]}`,
  shelved: ({ when }) =>
    `A certificate was issued, and a person did not want it installed; the schedule leaves it alone until ${when.replace(/^at /, '')}`,
  manual: ({ why }) =>
    `Due (${why}), but the schedule may not renew this connection: a person has to, or the policy "automatic" be turned on`,
  'just-changed': ({ why, when }) =>
    `Due (${why}), and added or changed a moment ago: the schedule begins ${when}, to leave time for a dry run`,
  'login-refused': ({ why }) =>
    `Due, but the appliance refused the login (${why}): the schedule does not try again, so that no account is locked, until the connection or its credential is changed`,
  paused: ({ why, when }) => `Due (${why}); the schedule tries again ${when}`,
  unanswered: ({ why }) =>
    `No certificate yet: ${why}; the schedule does not ask again, until a person starts it or the connection is changed`,
  'backing-off': (context) =>
    `Due, but ${setbackWords(context)}; the schedule tries again ${context.when}${stagingWords(context)}`,
  'given-up': ({ why, memory }) =>
    `A new certificate is installed or ready, but was not seen served after ${count(memory.setbacks.deploy?.count ?? 0, 'attempt')} (${why}): a person has to look, as the schedule restarts nothing again`,
  settling: ({ why, when }) =>
    `Due (${why}), but a certificate was issued only just before: the schedule asks for another ${when} at the earliest`,
  incurable: ({ why }) =>
    `${capital(why)}, and the next certificate would be like it, as this one was issued exactly as wanted: the connection, the appliance's CSR or the CA has to be changed`,
  quarantined: ({ why, when }) =>
    `Due, but in quarantine: ${why}; the schedule asks for the next one ${when}, a person may at any time`,
  'over-budget': ({ why, when }) => `Due, but ${why}; the schedule orders ${when}`,
  'window-shut': ({ why, when }) => `Due (${why}); the schedule begins when the renewal window opens, ${when}`,
  'emergency-ahead': ({ why, when, connection }) =>
    `Due (${why}), and its renewal window does not open in time: the schedule ${connection.policy.emergency?.mode === 'ask' ? 'leaves it to a person' : 'begins without it'} ${when}, ${lifeWords(connection)}`,
  'emergency-asks': ({ why, when, connection, memory }) =>
    `Due (${why}), outside of its renewal window and ${lifeWords(connection)}: a person has to renew now, as the schedule waits for the window${memory.decision?.until ? `, which opens ${when}` : ', which does not open within 400 days'}`,
  'never-open': ({ why }) =>
    `Due (${why}), but its renewal window does not open within 400 days: the calendar has to be changed, or a person renews`,
  queued: ({ why, when }) => `Due (${why}); others with less life left go first, and its turn is looked for ${when}`,
  starting: ({ why }) => `Due (${why}): the schedule has begun a renewal`,
  emergency: ({ why, connection }) =>
    `Due (${why}), and begun by the schedule outside of its renewal window, ${lifeWords(connection)}`,
  fruitless: ({ why }) =>
    `Due (${why}): the certificate that was issued last cannot be put to use any more, so the schedule has begun to get another`,
  validating: ({ why }) =>
    `Due (${why}), and refused by the CA before: the schedule has begun a renewal at the CA's test directory, which the real one follows when that works`,
  'falling-back': ({ why }) =>
    `Due (${why}): the schedule has begun to put the fallback certificate to use, which asks no CA`,
  preparing: ({ why }) =>
    `Not due: ${why}; the schedule has begun to get a fallback certificate from the second CA, which is kept ready`,
};

function lifeWords({ policy: { emergency } }: Context['connection']): string {
  return emergency
    ? `because less than ${count(emergency.daysLeft, 'day')} of life are left`
    : 'because little life is left';
}

const RULES: Readonly<Record<ExplanationFacts['decidedBy'], string>> = {
  'ca-window': 'an instant drawn within the window that the CA named',
  'days-before': 'the days before its end that the policy says',
  lifetime: 'when a third of its life is left (half, if it lives no longer than ten days)',
  person: 'the policy leaves renewing to a person',
};

function decidedBy(
  { ari, certificates }: WatchMemory,
  { policy }: Pick<Connection, 'policy'>,
): ExplanationFacts['decidedBy'] {
  if (!policy.automatic) return 'person';
  const bound = ari?.selectedAt && certificates.some(({ sha256 }) => sha256 === ari.certificate);
  if (bound) return 'ca-window';
  return policy.daysBefore === null ? 'lifetime' : 'days-before';
}

const CLASS_WORDS: Readonly<Record<FailureClass, string>> = {
  network: 'the network',
  dns: 'the DNS service',
  ca: 'the CA',
  'rate-limit': 'a rate limit of the CA',
  login: 'the login',
  device: 'the appliance or the settings',
  deployment: 'the deployment',
  person: 'somebody who was waited for',
  defect: 'a defect',
};

function setbackWords({ memory: { setbacks, decision } }: Context): string {
  const all = [setbacks.issue, setbacks.second, setbacks.deploy].filter((one) => one !== null);
  const setback = all.find(({ notBefore }) => notBefore === decision?.until) ?? all[0];
  if (!setback) return 'the last attempt failed';
  const times = setback.count === 1 ? 'the last attempt' : `${setback.count} attempts in a row`;
  return `${times} failed because of ${CLASS_WORDS[setback.class]} (${ERRORS[setback.code].title}: ${setback.message.replace(/\.$/, '')})`;
}

function stagingWords({ memory: { validateFirst } }: Context): string {
  return validateFirst ? ", first at the CA's test directory where there is one" : '';
}

function renewalWords({ id, state }: RenewalInHand): string {
  const effect = effectOf(state);
  const { note } = state.context;
  switch (effect.kind) {
    case 'end':
      return `Renewal ${id} has ended (${OUTCOME_WORDS[effect.outcome]}), and what is served is looked at next`;
    case 'step':
      return `Renewal ${id} is under way: ${titleOf(effect.step)}`;
    case 'sleep':
      return `Renewal ${id} waits at "${titleOf(effect.step)}" and goes on ${at(effect.until)}${note ? ` (${trimmed(note)})` : ''}`;
    case 'hold':
      return `Renewal ${id} waits at "${titleOf(effect.step)}" for a person${effect.ask ? `: ${trimmed(effect.ask)}` : ''}`;
  }
}

function resumeAt(renewal: RenewalInHand | null): string | null {
  const effect = renewal && effectOf(renewal.state);
  return effect?.kind === 'sleep' ? effect.until : null;
}

/** The states in which a certificate will be asked for, or was. */
const ASKING: readonly WatchState[] = [
  'emergency',
  'validating',
  'fruitless',
  'backing-off',
  'quarantined',
  'over-budget',
  'window-shut',
  'queued',
  'starting',
];

function secondWords(state: WatchState, { decision, setbacks: { issue } }: WatchMemory): string {
  if (decision?.issuer !== 'second' || !ASKING.includes(state)) return '';
  const why = issue ? `failed (${ERRORS[issue.code].title})` : 'has no certificate left within its limits';
  return `the second CA is asked then, because the first one ${why}`;
}

function fallbackWords(state: WatchState, { fallback }: WatchMemory): string {
  if (!fallback || state === 'falling-back' || state === 'incomplete') return '';
  return `a fallback certificate of the second CA is ready, valid until ${fallback.notAfter.slice(0, 10)}`;
}

function silenceWords(state: WatchState, { unreachable }: WatchMemory): string {
  if (!unreachable || state === 'incomplete' || state === 'silent' || state === 'renewing' || state === 'unseen')
    return '';
  return `what was seen last counts, because since ${stamp(unreachable.since)} ${trimmed(unreachable.message)}`;
}

/** Milliseconds. */
const LATE_MS = 10 * 60_000;

/** The daemon that answers this should have looked. */
function overdueWords(nextLookAt: string | null, now: Date): string {
  if (nextLookAt === null || now.getTime() - Date.parse(nextLookAt) < LATE_MS) return '';
  return `it should have been looked at ${at(nextLookAt)}, so the schedule of the daemon stands still`;
}

function factsOf(
  memory: WatchMemory,
  connection: Pick<Connection, 'policy'>,
  renewal: RenewalInHand | null,
  nextLookAt: string | null,
): ExplanationFacts {
  const { ari, verdict, certificates, setbacks, quarantinedUntil, lookedAt } = memory;
  return {
    due: verdict?.due ?? null,
    reason: verdict?.reason ?? null,
    dueFrom: verdict?.from ?? null,
    decidedBy: decidedBy(memory, connection),
    served: memory.endpoints.map((one) => ({
      ...one,
      notAfter: certificates.find(({ sha256 }) => sha256 === one.sha256)?.notAfter ?? null,
    })),
    caWindow: ari?.window && ari.selectedAt ? { ...ari.window, selectedAt: ari.selectedAt } : null,
    unreachableSince: memory.unreachable?.since ?? null,
    quarantinedUntil,
    setbacks,
    validatesFirst: memory.validateFirst,
    renewal: renewal && { id: renewal.id, state: renewal.state.at },
    lookedAt,
    nextLookAt,
  };
}

const CAUTIONS: readonly WatchState[] = [
  'quarantined',
  'login-refused',
  'backing-off',
  'given-up',
  'incurable',
  'settling',
  'over-budget',
  'window-shut',
  'emergency-ahead',
  'never-open',
];

/** The sentence, when the schedule has a reason to wait that a person who does not wait should know; else null. */
export function cautionOf({ state, sentence }: Explanation): string | null {
  return CAUTIONS.includes(state) ? sentence : null;
}

/** What a person who renews now should know first: the schedule would wait. Empty when nothing speaks against it. */
export function cautionsOf(explanation: Explanation, { lines, ca }: Budget): readonly string[] {
  const caution = cautionOf(explanation);
  const spent = lines.filter(({ applies, left }) => applies && left === 0);
  return [
    ...(caution === null ? [] : [caution]),
    ...spent.map(
      ({ what, of, max }) => `${ca} allows ${max} ${what}${of === null ? '' : ` (${of})`}, and all are used.`,
    ),
  ];
}

function at(instant: string | null): string {
  return instant === null ? 'when something changes' : `at ${stamp(instant)}`;
}

/** `2027-01-21 03:12 UTC` */
function stamp(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

function trimmed(text: string): string {
  return text.trim().replace(/[.;]$/, '');
}

function lower(text: string): string {
  const bare = trimmed(text);
  return /^[A-Z][a-z]/.test(bare) && !/^\S*[.:]/.test(bare) ? bare.charAt(0).toLowerCase() + bare.slice(1) : bare;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
