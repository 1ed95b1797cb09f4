import type { AccessEvent } from '../store/access-events.ts';
import type { BackupEvent, DomainEvent, ScheduleEvent } from '../store/events.ts';
import { accessSentence } from './access-sentences.ts';
import { steps } from './steps/index.ts';

/** What an event says, in one line for people. The same words in the CLI, the log file and the UI. */
export function sentence(event: DomainEvent): string {
  if (isAccessEvent(event)) return accessSentence(event);
  switch (event.type) {
    case 'connection.created':
      return `Connection ${event.connectionId} created${byWhom(event)}`;
    case 'connection.changed':
      return `Connection ${event.connectionId} changed${byWhom(event)}`;
    case 'connection.removed':
      return `Connection ${event.connectionId} removed${byWhom(event)}`;
    case 'calendar.created':
      return `Calendar "${event.name}" created${byWhom(event)}`;
    case 'calendar.changed':
      return `Calendar "${event.name}" changed${byWhom(event)}`;
    case 'calendar.removed':
      return `Calendar "${event.name}" removed${byWhom(event)}`;
    case 'calendar.stale':
      return event.message;
    case 'calendar.fresh':
      return `Nothing is wrong with the iCalendar address of "${event.name}" any more`;
    case 'certificate.revoked':
      return `Certificate ${event.serial} of connection ${event.connectionId} revoked by ${event.actor} (${event.reason})`;
    case 'certificate.key-downloaded':
      return `Private key of certificate ${event.sha256} of connection ${event.connectionId} downloaded by ${event.actor}`;
    case 'account.created':
      return `${ACCOUNT_WORDS[event.family]} "${event.name}" added${byWhom(event)}`;
    case 'account.changed':
      return `${ACCOUNT_WORDS[event.family]} "${event.name}" changed${byWhom(event)}`;
    case 'account.removed':
      return `${ACCOUNT_WORDS[event.family]} "${event.name}" removed${byWhom(event)}`;
    case 'watch.reachable':
      return `Every endpoint of connection ${event.connectionId} answers again`;
    case 'watch.restored':
      return `Connection ${event.connectionId} serves the wanted certificate again`;
    case 'watch.cured':
      return `Connection ${event.connectionId} serves a good certificate again, which no renewal put there`;
    case 'watch.freed':
      return `The schedule goes on with connection ${event.connectionId} by itself`;
    case 'watch.unreachable':
    case 'watch.expiring':
    case 'watch.deviates':
    case 'watch.stuck':
    case 'watch.quarantined':
      return event.message;
    case 'notice.failed':
      return `"${event.subject}" could not be delivered over ${event.name}. ${event.failure.message}`;
    case 'schedule.missed':
    case 'schedule.stalled':
    case 'schedule.resumed':
    case 'backup.made':
    case 'backup.failed':
      return daemonSentence(event);
    case 'renewal.started':
      return `Renewal ${event.renewalId} started by ${event.by === 'operator' ? (event.actor ?? 'an operator') : 'the schedule'}`;
    case 'renewal.committed':
      return 'Point of no return: the certificate is handed to the appliance';
    case 'renewal.cancelling':
      return `Cancelled by ${event.actor ?? 'an operator'}`;
    case 'renewal.finished':
      return `${OUTCOME_WORDS[event.outcome]}. ${event.message}`;
    default:
      return `${titleOf(event.step)}: ${stepWords(event)}`;
  }
}

function daemonSentence(event: ScheduleEvent | BackupEvent): string {
  switch (event.type) {
    case 'schedule.missed':
      return `The schedule has not run since ${event.since}; it runs again since ${event.until}`;
    case 'schedule.stalled':
      return `The schedule has not run since ${event.since}`;
    case 'schedule.resumed':
      return 'The schedule runs again';
    case 'backup.made':
      return `Backup ${event.name} made and read back`;
    case 'backup.failed':
      return `The backup failed. ${event.message}`;
  }
}

const ACCOUNT_WORDS = { issuer: 'Certificate authority', dns: 'DNS account' } as const;

/** ` by anna`, where it is known. */
export function byWhom({ actor }: { readonly actor?: string }): string {
  return actor === undefined ? '' : ` by ${actor}`;
}

/** True for what only administrators read. */
export function isAccessEvent(event: DomainEvent): event is AccessEvent {
  return event.type.startsWith('access.');
}

type StepEvent = Extract<DomainEvent, { readonly step: string }>;

function stepWords(event: StepEvent): string {
  switch (event.type) {
    case 'step.started':
      return event.attempt === 1 ? 'started' : `started, try ${event.attempt}`;
    case 'step.noted':
      return event.message;
    case 'step.finished':
      return `done in ${seconds(event.tookMs)}, ${event.summary}`;
    case 'step.waiting':
      return `waits until ${event.until}, ${event.why}`;
    case 'step.held':
      return `waits for you. ${event.ask}`;
    case 'step.released':
      return `released by ${event.actor ?? 'an operator'}`;
    case 'step.failed': {
      const next = event.retryAt === null ? 'not tried again' : `tries again at ${event.retryAt}`;
      return `failed (${event.failure.code}), ${next}. ${event.failure.message}`;
    }
  }
}

export const OUTCOME_WORDS: Readonly<Record<Extract<DomainEvent, { type: 'renewal.finished' }>['outcome'], string>> = {
  verified: 'Verified',
  'installed-not-served': 'Installed, but not served',
  'rolled-back': 'Failed, old certificate put back',
  failed: 'Failed',
  cancelled: 'Cancelled',
  'not-due': 'Not due',
  issued: 'Issued, not installed',
  kept: 'Kept for download',
  validated: 'Proved at the test CA',
};

/** Served, or kept where nothing is served. */
export function isGood(outcome: string): boolean {
  return outcome === 'verified' || outcome === 'kept';
}

/** `Wait for the proofs` */
export function titleOf(step: string): string {
  return Object.values(steps).find(({ name }) => name === step)?.title ?? step;
}

/** `0.4 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
