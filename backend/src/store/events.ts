import type { Failure } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { RevocationReason } from '../domain/revocation.ts';
import type { AccessEvent } from './access-events.ts';
import type { AccountFamily } from './accounts.ts';
import type { Within } from './store.ts';

/**
 * Something that happened, in the past tense. Plain JSON without secrets: the only thing that the
 * API streams, notifiers and the history read.
 */
export type DomainEvent =
  | ConnectionEvent
  | AccountEvent
  | CalendarEvent
  | CertificateEvent
  | WatchEvent
  | RenewalEvent
  | StepEvent
  | NoticeEvent
  | ScheduleEvent
  | BackupEvent
  | AccessEvent;

export interface ConnectionEvent {
  readonly type: 'connection.created' | 'connection.changed' | 'connection.removed';
  readonly connectionId: number;
  readonly actor?: string;
}

export type CertificateEvent = {
  readonly connectionId: number;
  readonly sha256: string;
  readonly actor: string;
} & (
  | /** A person had the CA revoke it. */ {
      readonly type: 'certificate.revoked';
      readonly serial: string;
      readonly reason: RevocationReason;
    }
  /** Its private key was downloaded. */
  | { readonly type: 'certificate.key-downloaded' }
);

export type CalendarEvent = { readonly calendarId: number; readonly name: string } & (
  | { readonly type: 'calendar.created' | 'calendar.changed' | 'calendar.removed'; readonly actor?: string }
  /** Its iCalendar address gives nothing usable any more: the last good copy counts. */
  | { readonly type: 'calendar.stale'; readonly message: string }
  /** Its address is read again, or it has another one, or none. */
  | { readonly type: 'calendar.fresh' }
);

/** A shared issuer or DNS account; its name as it was then. */
export interface AccountEvent {
  readonly type: 'account.created' | 'account.changed' | 'account.removed';
  readonly accountId: number;
  readonly family: AccountFamily;
  readonly name: string;
  readonly actor?: string;
}

/** What the reconciler finds out by looking, on change only. Instants are ISO 8601. */
export type WatchEvent = {
  readonly connectionId: number;
} /** No endpoint, or not every endpoint, has answered since. */ & (
  | { readonly type: 'watch.unreachable'; readonly since: string; readonly message: string }
  | { readonly type: 'watch.reachable' }
  /** What is served ends within `threshold` days; 0 when it has ended. */
  | {
      readonly type: 'watch.expiring';
      readonly threshold: 30 | 14 | 7 | 3 | 1 | 0;
      readonly notAfter: string;
      readonly message: string;
    }
  /** What is served is no longer what was seen served after the last renewal. */
  | { readonly type: 'watch.deviates'; readonly message: string }
  | { readonly type: 'watch.restored' }
  /** What was due, had failed or had come to its end is no longer served, and it was not a renewal that replaced it. */
  | { readonly type: 'watch.cured' }
  /** Due, and nothing happens before a person does something. */
  | { readonly type: 'watch.stuck'; readonly message: string }
  | { readonly type: 'watch.freed' }
  /** No certificate is asked for before `until`, because too many were, or too many attempts failed. */
  | { readonly type: 'watch.quarantined'; readonly until: string; readonly message: string }
);

/** A message could not be delivered for a day, or was refused for good. */
export interface NoticeEvent {
  readonly type: 'notice.failed';
  readonly noticeId: number;
  readonly notifierId: number;
  /** Of the channel. */
  readonly name: string;
  /** What was to be told. */
  readonly subject: string;
  readonly failure: Failure;
}

/** The daemon watches its own schedule. Instants are ISO 8601. */
export type ScheduleEvent =
  /** Found at the start: nothing ran in between. */
  | { readonly type: 'schedule.missed'; readonly since: string; readonly until: string }
  /** The daemon runs, its schedule does not. */
  | { readonly type: 'schedule.stalled'; readonly since: string }
  | { readonly type: 'schedule.resumed' };

/** Of the whole installation. */
export type BackupEvent =
  /** Read back; `bytes` is its size. */
  | { readonly type: 'backup.made'; readonly name: string; readonly bytes: number }
  | { readonly type: 'backup.failed'; readonly message: string };

export type RenewalEvent =
  | {
      readonly type: 'renewal.started';
      readonly renewalId: string;
      readonly connectionId: number;
      readonly by: 'schedule' | 'operator';
      /** The user or API token that asked; absent when the schedule did. */
      readonly actor?: string;
    }
  /** The point of no return is passed: from here on it cannot be cancelled. */
  | { readonly type: 'renewal.committed'; readonly renewalId: string }
  | { readonly type: 'renewal.cancelling'; readonly renewalId: string; readonly actor?: string }
  | {
      readonly type: 'renewal.finished';
      readonly renewalId: string;
      readonly connectionId: number;
      readonly outcome: RenewalOutcome;
      readonly message: string;
      /** Null when nobody could look. */
      readonly oldStillServed: boolean | null;
    };

export type RenewalOutcome =
  | 'verified'
  | 'installed-not-served'
  /** The new certificate was not seen served; the old one was put back, and was. */
  | 'rolled-back'
  /** A certificate is kept and not installed, because no more was asked. */
  | 'issued'
  /** The same where nothing is ever served: it is there to be downloaded. */
  | 'kept'
  /** The test directory of the CA has issued one; nothing of it is kept. */
  | 'validated'
  | 'failed'
  | 'cancelled'
  | 'not-due';

/** Instants are ISO 8601, durations milliseconds. */
export type StepEvent = { readonly renewalId: string; readonly step: string } & (
  | { readonly type: 'step.started'; readonly attempt: number }
  | { readonly type: 'step.noted'; readonly message: string; readonly data?: Json }
  | { readonly type: 'step.finished'; readonly tookMs: number; readonly summary: string }
  | { readonly type: 'step.waiting'; readonly until: string; readonly why: string }
  /** `confirm` is what a person has to type to go on; null: nothing. */
  | {
      readonly type: 'step.held';
      readonly ask: string;
      readonly confirm: string | null;
      /** When it gives up by itself; absent: never. */
      readonly until?: string;
    }
  | { readonly type: 'step.released'; readonly actor?: string }
  /** `retryAt` is null when it is not tried again. */
  | { readonly type: 'step.failed'; readonly failure: Failure; readonly retryAt: string | null }
);

export interface StoredEvent {
  /** Strictly increasing: the cursor of every reader. */
  readonly seq: number;
  /** ISO 8601 */
  readonly at: string;
  readonly event: DomainEvent;
}

/** Append-only history of what the product did. */
export interface EventLog {
  /** All of `events` or none, in this order. Inside `Store.transaction`, together with the change that they report. */
  append(events: readonly DomainEvent[]): Promise<readonly StoredEvent[]>;

  /** Oldest first. `after` is a cursor, 0 (the default) is before the first event. */
  read(query: EventQuery): Promise<readonly StoredEvent[]>;

  /** The newest first, before the event `before`. */
  page(query: EventPageQuery): Promise<readonly StoredEvent[]>;

  /** The cursor of the newest event, 0 when there is none: where a reader starts who wants no history. */
  latest(): Promise<number>;

  /**
   * Every committed event after `cursor`, first from the table, then live, without gap or repeat.
   * Ends when aborted and when the store is closed. Any number of readers may follow, each at its own pace:
   * nothing is kept for a slow one, it reads on from the table.
   *
   * @throws AppError INTERNAL inside a transaction, whose events nobody may see yet.
   */
  follow(cursor: number, signal: AbortSignal): AsyncIterable<StoredEvent>;
}

export interface EventQuery {
  readonly after?: number;
  readonly renewalId?: string;
  readonly limit: number;
}

export interface EventPageQuery {
  readonly before?: number | undefined;
  /** Also the events of its renewals. */
  readonly connectionId?: number | undefined;
  /** Of these types only. */
  readonly types?: readonly DomainEvent['type'][] | undefined;
  /** Those of connections, and of their renewals, only. */
  readonly within?: Within;
  /** False: without those of access. */
  readonly access?: boolean;
  readonly limit: number;
}
