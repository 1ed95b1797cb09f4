import type { EmergencyPolicy } from '../domain/calendar.ts';
import type { IssuerTraits } from '../domain/issuer-traits.ts';
import { count } from '../domain/words.ts';
import { emergencyFrom } from '../windows/emergency.ts';
import type { Opening } from '../windows/openings.ts';
import type { Scenario } from './scenarios.ts';

/** What is known of one connection. */
export interface PlanSubject {
  readonly connectionId: number;
  readonly name: string;
  /** Of the certificate that is served now, ISO 8601; null when none was seen. */
  readonly validity: Validity | null;
  /** It is to be replaced now, for another reason than its age: it is self-signed, or lacks a name. */
  readonly isDue: boolean;
  readonly automatic: boolean;
  /** Milliseconds of life that are left when a certificate is renewed that lives for `lifetimeMs`. */
  reserveMs(lifetimeMs: number): number;
  readonly traits: IssuerTraits;
  /** Null: any time. */
  readonly renewalWindow: Window | null;
  readonly restartWindow: Window | null;
  /** When these windows no longer hold things up; null: never. */
  readonly emergency: EmergencyPolicy | null;
  /** In one renewal. */
  readonly restarts: number;
}

/** A connection of which too little is known to plan anything, and why. */
export interface Unplannable extends Pick<PlanSubject, 'connectionId' | 'name'> {
  /** A sentence for people. */
  readonly problem: string;
}

export interface Validity {
  readonly notBefore: string;
  readonly notAfter: string;
}

/** The first time at or after `from` during which work is allowed; null when there is none. */
export type Window = (from: Date) => Promise<Opening | null>;

export interface Plan {
  readonly scenario: string;
  /** ISO 8601 */
  readonly from: string;
  readonly to: string;
  readonly connections: readonly PlannedConnection[];
  readonly weeks: readonly PlannedWeek[];
}

export interface PlannedConnection {
  readonly connectionId: number;
  readonly name: string;
  readonly renewals: readonly PlannedRenewal[];
  /** Why nothing is planned, or what goes wrong; empty when all goes well. */
  readonly problems: readonly string[];
  /** A certificate ends before the next one is served. */
  readonly breaks: boolean;
}

export interface PlannedRenewal {
  /** ISO 8601: from when the certificate has to be renewed. */
  readonly dueAt: string;
  /** Null when no window opens. */
  readonly renewAt: string | null;
  readonly restartAt: string | null;
  /** Something of it happens outside of its window, because so little life is left. */
  readonly outside: boolean;
  /** When the certificate ends that is replaced. */
  readonly expiresAt: string;
  readonly restarts: number;
}

/** From Monday 00:00 UTC. */
export interface PlannedWeek {
  readonly start: string;
  readonly renewals: number;
  readonly restarts: number;
}

const DAY_MS = 86_400_000;
const HORIZON_DAYS = 365;

/** With less than this part of the time between due and end left after the restart, one bad night is enough. */
const NARROW = 1 / 10;

/** The renewals and restarts of the coming twelve months. Pure but for the windows, which are asked. */
export async function planYear(
  subjects: readonly (PlanSubject | Unplannable)[],
  scenario: Scenario,
  now: Date,
): Promise<Plan> {
  const to = new Date(now.getTime() + HORIZON_DAYS * DAY_MS);
  const connections: PlannedConnection[] = [];
  for (const subject of subjects)
    connections.push(
      'problem' in subject ? withoutPlan(subject, subject.problem) : await planConnection(subject, scenario, now, to),
    );
  return {
    scenario: scenario.id,
    from: now.toISOString(),
    to: to.toISOString(),
    connections,
    weeks: weeksOf(connections, now, to),
  };
}

async function planConnection(
  subject: PlanSubject,
  scenario: Scenario,
  now: Date,
  to: Date,
): Promise<PlannedConnection> {
  const { connectionId, name, validity, automatic } = subject;
  if (!validity) return withoutPlan(subject, UNSEEN);
  const renewals: PlannedRenewal[] = [];
  const problems: string[] = automatic ? [] : [UNATTENDED];
  for (let current: Validity | null = validity; current; ) {
    const renewal = await planRenewal(subject, current, now, subject.isDue && current === validity);
    if (new Date(renewal.dueAt) >= to) break;
    if (renewal.dueAt <= current.notBefore) {
      problems.push(DUE_AT_ONCE);
      break;
    }
    renewals.push(renewal);
    current = successor(subject, scenario, current, renewal);
  }
  const breaks = automatic ? renewals.some(isTooLate) : renewals.length > 0;
  return { connectionId, name, renewals, breaks, problems: [...problems, ...problemsOf(renewals, subject)] };
}

function withoutPlan({ connectionId, name }: Unplannable | PlanSubject, problem: string): PlannedConnection {
  return { connectionId, name, renewals: [], breaks: false, problems: [problem] };
}

const UNSEEN = 'Nothing was seen served yet, so nothing can be foreseen.';
const UNATTENDED = 'Nobody renews it: automatic renewal is off.';
const DUE_AT_ONCE =
  'Each certificate would be due again when it is issued: it is renewed more days before its end than it lives.';

async function planRenewal(
  subject: PlanSubject,
  { notBefore, notAfter }: Validity,
  now: Date,
  isDue: boolean,
): Promise<PlannedRenewal> {
  const end = Date.parse(notAfter);
  const lifetimeMs = end - Date.parse(notBefore);
  const due = isDue ? now : new Date(Math.max(end - subject.reserveMs(lifetimeMs), now.getTime()));
  const emergency = emergencyFrom(notAfter, subject.emergency);
  // Where a person is asked, nobody may answer.
  const forcedFrom = subject.emergency?.mode === 'automatic' ? emergency : null;
  const renewal = await startIn(subject.renewalWindow, due, forcedFrom);
  const restart = renewal && (await startIn(subject.restartWindow, renewal.at, forcedFrom));
  return {
    dueAt: due.toISOString(),
    renewAt: renewal?.at.toISOString() ?? null,
    restartAt: restart?.at.toISOString() ?? null,
    outside: [renewal, restart].some((one) => one?.outside),
    expiresAt: new Date(end).toISOString(),
    restarts: subject.restarts,
  };
}

interface Start {
  readonly at: Date;
  /** The window was not open then. */
  readonly outside: boolean;
}

/** When something that is wanted at `from` is begun: in the window, or from `forcedFrom` on whether it is open or not. */
async function startIn(window: Window | null, from: Date, forcedFrom: Date | null): Promise<Start | null> {
  if (!window) return { at: from, outside: false };
  const opening = await window(from);
  const inside = opening && latest(opening.start, from);
  const forced = forcedFrom && latest(forcedFrom, from);
  if (forced && (!inside || forced < inside)) return { at: forced, outside: true };
  return inside && { at: inside, outside: false };
}

function latest(a: Date, b: Date): Date {
  return a > b ? a : b;
}

/** What the next certificate is like; null when there is none to plan with. */
function successor(
  { traits }: PlanSubject,
  scenario: Scenario,
  { notBefore, notAfter }: Validity,
  { renewAt, restartAt }: PlannedRenewal,
): Validity | null {
  if (renewAt === null || restartAt === null) return null;
  const issued = new Date(renewAt);
  const usual = (Date.parse(notAfter) - Date.parse(notBefore)) / DAY_MS;
  const lifetimeMs = scenario.lifetimeDays(traits, usual, issued) * DAY_MS;
  return { notBefore: renewAt, notAfter: new Date(issued.getTime() + lifetimeMs).toISOString() };
}

/** How many restarts of services there are in all. */
export function restartsIn({ renewals }: Pick<PlannedConnection, 'renewals'>): number {
  return renewals.reduce((sum, { restartAt, restarts }) => sum + (restartAt === null ? 0 : restarts), 0);
}

function isTooLate({ restartAt, expiresAt }: PlannedRenewal): boolean {
  return restartAt === null || restartAt >= expiresAt;
}

function problemsOf(
  renewals: readonly PlannedRenewal[],
  { emergency }: Pick<PlanSubject, 'emergency'>,
): readonly string[] {
  const late = renewals.find(isTooLate);
  if (late) return [emergency?.mode === 'ask' ? `${sentenceFor(late)} A person is asked before.` : sentenceFor(late)];
  const outside = renewals.filter((renewal) => renewal.outside).length;
  if (outside > 0)
    return [`Outside of its windows, as an emergency: ${outside} of ${count(renewals.length, 'renewal')}.`];
  const narrow = renewals.find(isNarrow);
  return narrow
    ? [
        `Its windows are rare: the certificate that ends on ${day(narrow.expiresAt)} is replaced on ${day(narrow.restartAt)}.`,
      ]
    : [];
}

function isNarrow({ dueAt, restartAt, expiresAt }: PlannedRenewal): boolean {
  const [due, restart, end] = [dueAt, restartAt ?? expiresAt, expiresAt].map((at) => Date.parse(at));
  return end !== undefined && restart !== undefined && due !== undefined && end - restart < (end - due) * NARROW;
}

function sentenceFor({ renewAt, restartAt, expiresAt }: PlannedRenewal): string {
  if (renewAt === null) return `No renewal window opens before its certificate ends on ${day(expiresAt)}.`;
  if (restartAt === null) return `No restart window opens before its certificate ends on ${day(expiresAt)}.`;
  return `Its certificate ends on ${day(expiresAt)}, before the window of ${day(restartAt)}: the windows are too rare.`;
}

function day(at: string | null): string {
  return at?.slice(0, 10) ?? 'no day';
}

function weeksOf(connections: readonly PlannedConnection[], from: Date, to: Date): readonly PlannedWeek[] {
  const weeks: PlannedWeek[] = [];
  const renewals = connections.flatMap((connection) => connection.renewals);
  for (let start = mondayOf(from); start < to; start = new Date(start.getTime() + 7 * DAY_MS)) {
    const end = new Date(start.getTime() + 7 * DAY_MS);
    const within = (at: string | null) => at !== null && new Date(at) >= start && new Date(at) < end;
    weeks.push({
      start: start.toISOString(),
      renewals: renewals.filter(({ renewAt }) => within(renewAt)).length,
      restarts: renewals.reduce((sum, { restartAt, restarts }) => sum + (within(restartAt) ? restarts : 0), 0),
    });
  }
  return weeks;
}

function mondayOf(at: Date): Date {
  const midnight = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
  return new Date(midnight - ((at.getUTCDay() + 6) % 7) * DAY_MS);
}
