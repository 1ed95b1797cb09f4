import { isAtLeast, SEVERITIES } from '../domain/notice.ts';
import { isGood } from '../renewal/sentences.ts';
import type { DomainEvent, StoredEvent } from '../store/events.ts';
import type { Matter } from '../store/notify.ts';
import type { Store } from '../store/store.ts';
import {
  becameFinal,
  calendarKey,
  keyOf,
  leftToPerson,
  type Problem,
  problemOf,
  recoveryOf,
  type Subject,
  successOf,
} from './messages.ts';
import { address, matterId } from './recipients.ts';
import { firstReminder } from './reminders.ts';
import { type SubjectDeps, subjectOf, withoutSecrets } from './subject.ts';

/** Whether an event can open or end a matter, or tell of a success. The others are not looked at. */
export function matters({ type }: DomainEvent): boolean {
  return type.startsWith('watch.') || type.startsWith('schedule.') || OTHERS.includes(type);
}

const OTHERS: readonly DomainEvent['type'][] = [
  'renewal.finished',
  'connection.removed',
  'step.held',
  'step.waiting',
  'step.released',
  'notice.failed',
  'calendar.stale',
  'calendar.fresh',
  'calendar.removed',
  'backup.made',
  'backup.failed',
  'access.secrets-exported',
  'certificate.key-downloaded',
];

/**
 * What one event changes: matters are opened, changed and ended, and what is worth telling goes to the outbox. On change only: what
 * is already known to be the matter is not told again, and what goes well is told only to those who asked for it.
 *
 * Everything is written through `tx`, together with the cursor of the caller. Gives the channels that have something new.
 */
export async function record(tx: Store, stored: StoredEvent, deps: SubjectDeps): Promise<readonly number[]> {
  const subject = await subjectOf(tx, stored, deps);
  const open = (await tx.notify.matters.of(subject.connection?.id ?? null)).filter(
    ({ endsAt }) => endsAt === null || endsAt > stored.at,
  );
  const over = open.filter((matter) => ends(stored.event, matter));
  for (const { key } of over) await tx.notify.matters.end(key);
  const problem = await problemFor(tx, stored, subject);
  if (problem) return await tellProblem(tx, stored, problem, open);
  // What is gone has not recovered.
  const isGone = stored.event.type === 'connection.removed' || stored.event.type === 'calendar.removed';
  const worst = isGone ? null : worstOf(over.filter(isWorthRecovering));
  return worst ? await tellRecovery(tx, stored, subject, worst, over) : await tellSuccess(tx, stored, subject);
}

/** What is about a message that could not be delivered is not told in another one that cannot. */
async function problemFor(tx: Store, stored: StoredEvent, subject: Subject): Promise<Problem | null> {
  const { event } = stored;
  if (event.type === 'notice.failed') {
    const notice = await tx.notify.notices.get(event.noticeId);
    if (!notice || notice.message.kind === 'undelivered') return null;
  }
  const problem = problemOf(stored, subject);
  return problem && { ...problem, message: await withoutSecrets(tx, problem.message) };
}

async function tellProblem(
  tx: Store,
  { seq, at, event }: StoredEvent,
  problem: Problem,
  open: readonly Matter[],
): Promise<readonly number[]> {
  const { message, state, notAfter, endsAt, reminds } = problem;
  const before = open.find(({ key }) => key === message.key) ?? null;
  if (before && isKnown(before, problem)) {
    // A reminder tells what is the latest.
    await tx.notify.matters.put({ ...before, state, message: { ...message, at: before.message.at }, notAfter });
    return [];
  }
  const matter: Matter = {
    key: message.key,
    kind: message.kind,
    connectionId: message.connection?.id ?? null,
    openedBy: before?.openedBy ?? seq,
    since: before?.since ?? at,
    state,
    notAfter,
    endsAt,
    reminders: before?.reminders ?? 0,
    remindAt: reminds ? (before?.remindAt ?? firstReminder(at)) : null,
    message,
  };
  await tx.notify.matters.put(matter);
  const except = event.type === 'notice.failed' ? event.notifierId : null;
  const isKnownFailure = before !== null && before.kind === 'failed' && becameFinal(before, problem);
  const told = isKnownFailure ? leftToPerson(message) : message;
  return await address(tx, { message: told, matter: matterId(matter), seq, except });
}

/** The same again, or less bad than before. That nobody tries again any more is worse. */
function isKnown(before: Matter, problem: Problem): boolean {
  const { state, message, notAfter } = problem;
  if (before.state === state) return true;
  if (message.kind === 'expiring')
    return before.notAfter === notAfter && thresholdOf(before.state) <= thresholdOf(state);
  return (
    message.kind === 'failed' && !becameFinal(before, problem) && !isWorse(message.severity, before.message.severity)
  );
}

function isWorse(now: Matter['message']['severity'], before: Matter['message']['severity']): boolean {
  return SEVERITIES.indexOf(now) > SEVERITIES.indexOf(before);
}

function thresholdOf(state: string): number {
  return Number(state.split(' ').at(-1));
}

async function tellRecovery(
  tx: Store,
  stored: StoredEvent,
  subject: Subject,
  worst: Matter,
  over: readonly Matter[],
): Promise<readonly number[]> {
  const { kind, key, since } = worst;
  const message = await withoutSecrets(
    tx,
    recoveryOf(stored, { kind, key, since, title: worst.message.title }, subject),
  );
  const told = await Promise.all(
    over.filter(isWorthRecovering).map((matter) => tx.notify.notices.told(matterId(matter))),
  );
  return await address(tx, { message, matter: null, seq: stored.seq, also: told.flat() });
}

async function tellSuccess(tx: Store, stored: StoredEvent, subject: Subject): Promise<readonly number[]> {
  const message = successOf(stored, subject);
  if (!message) return [];
  return await address(tx, { message: await withoutSecrets(tx, message), matter: null, seq: stored.seq });
}

/** Whether an event ends a matter of its connection. */
function ends(event: DomainEvent, { key, kind, connectionId }: Matter): boolean {
  switch (event.type) {
    case 'connection.removed':
      return connectionId === event.connectionId;
    case 'step.released':
      return kind === 'held' || kind === 'restart-pending';
    case 'watch.reachable':
      return kind === 'unreachable';
    case 'watch.restored':
      return kind === 'deviates';
    case 'watch.cured':
      return kind === 'expiring' || kind === 'failed';
    case 'watch.freed':
      return kind === 'stuck';
    case 'calendar.fresh':
    case 'calendar.removed':
      return key === calendarKey(event.calendarId);
    case 'schedule.resumed':
      return key === keyOf(null, 'schedule');
    case 'backup.made':
      return key === keyOf(null, 'backup');
    case 'renewal.finished':
      return endedBy(event.outcome, kind);
    default:
      return false;
  }
}

function endedBy(
  outcome: Extract<DomainEvent, { type: 'renewal.finished' }>['outcome'],
  kind: Matter['kind'],
): boolean {
  // Every endpoint was seen to serve the new certificate: whatever was the matter is not any more.
  if (isGood(outcome)) return true;
  if (kind === 'held' || kind === 'restart-pending') return true;
  return outcome === 'not-due' && kind === 'failed';
}

/** That a person did what they were asked needs no message, nor that what nobody had to mind is over. */
function isWorthRecovering({ kind, message }: Matter): boolean {
  return kind !== 'held' && kind !== 'restart-pending' && isAtLeast(message.severity, 'warning');
}

function worstOf(over: readonly Matter[]): Matter | null {
  const rank = ({ message }: Matter) => SEVERITIES.indexOf(message.severity);
  return over.toSorted((a, b) => rank(b) - rank(a) || a.openedBy - b.openedBy)[0] ?? null;
}
