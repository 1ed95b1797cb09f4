import type { Failure } from '../domain/errors.ts';
import type { NoticeMessage, ProblemKind, Severity } from '../domain/notice.ts';
import type { PluginRef } from './store.ts';

/** Who is told of what, and what is on its way to them. Instants are ISO 8601. */
export interface NotifyTables {
  readonly notifiers: NotifierTable;
  readonly rules: RuleTable;
  readonly notices: NoticeTable;
  readonly matters: MatterTable;
}

/** A channel: one way to tell people. */
export interface NotifierRow {
  readonly id: number;
  readonly name: string;
  readonly use: PluginRef;
  readonly enabled: boolean;
  /** It is told of events after this one. */
  readonly since: number;
  readonly createdAt: string;
  /** 1 at first, one more with each update. */
  readonly version: number;
}

export type NewNotifier = Omit<NotifierRow, 'id' | 'createdAt' | 'version'>;

export interface NotifierTable {
  /** In the order of their ids. */
  all(): Promise<readonly NotifierRow[]>;
  get(id: number): Promise<NotifierRow | undefined>;
  /** The id is never used again. */
  insert(notifier: NewNotifier): Promise<NotifierRow>;
  /** @throws AppError CONFLICT when `notifier.version` is not the stored one; NOT_FOUND */
  update(notifier: NotifierRow): Promise<NotifierRow>;
  /** With its rules and notices. @throws AppError NOT_FOUND */
  remove(id: number): Promise<void>;
}

/** What a channel is told. */
export interface NotificationRule {
  readonly id: number;
  readonly name: string;
  readonly notifierId: number;
  readonly minimum: Severity;
  readonly connections: 'all' | readonly number[];
  readonly kinds: 'all' | readonly ProblemKind[];
  /** Also of renewals that went well when nothing was the matter. */
  readonly includeSuccess: boolean;
  /** Once a day: what is open, what was renewed, what expires. `at`: `07:30`, in the IANA `timeZone`. */
  readonly digest: { readonly at: string; readonly timeZone: string } | null;
  readonly createdAt: string;
  readonly version: number;
}

export type NewRule = Omit<NotificationRule, 'id' | 'createdAt' | 'version'>;

export interface RuleTable {
  /** In the order of their ids. */
  all(): Promise<readonly NotificationRule[]>;
  get(id: number): Promise<NotificationRule | undefined>;
  insert(rule: NewRule): Promise<NotificationRule>;
  /** @throws AppError CONFLICT when `rule.version` is not the stored one; NOT_FOUND */
  update(rule: NotificationRule): Promise<NotificationRule>;
  /** @throws AppError NOT_FOUND */
  remove(id: number): Promise<void>;
}

export type NoticeState = 'waiting' | 'delivered' | 'given-up';

/** One message for one channel. */
export interface NoticeRow {
  readonly id: number;
  readonly notifierId: number;
  /** The matter that it belongs to; null for a digest and for what went well. */
  readonly matter: string | null;
  readonly message: NoticeMessage;
  readonly state: NoticeState;
  readonly createdAt: string;
  /** When it was made, or was taken up again after it had been given up. */
  readonly triedSince: string;
  /** Since then. */
  readonly tries: number;
  /** Null: as soon as possible. */
  readonly nextTryAt: string | null;
  /** What came back at the last try. */
  readonly answer: NoticeAnswer | null;
}

export interface NoticeAnswer {
  readonly at: string;
  /** The service's own words, in one line; or what went wrong. */
  readonly words: string;
  readonly failure: Failure | null;
}

export interface NewNotice {
  readonly notifierId: number;
  readonly matter: string | null;
  readonly message: NoticeMessage;
}

export type NoticeChange = Pick<NoticeRow, 'state' | 'tries' | 'nextTryAt' | 'answer'>;

/** What is on its way, and what became of it. */
export interface NoticeTable {
  /** Leaves out what a channel has already: a message is known by its id. Gives the channels that have something new. */
  add(notices: readonly NewNotice[]): Promise<readonly number[]>;
  get(id: number): Promise<NoticeRow | undefined>;
  /** The oldest that waits. */
  next(notifierId: number): Promise<NoticeRow | undefined>;
  /** @throws AppError NOT_FOUND */
  save(id: number, change: NoticeChange): Promise<void>;
  /** True when the channel has this message, whatever became of it. */
  has(notifierId: number, messageId: string): Promise<boolean>;
  /** The channels that were told of a matter. */
  told(matter: string): Promise<readonly number[]>;
  /** The last made first. `before` is the id of the last row of the page before. */
  list(query: NoticeQuery): Promise<readonly NoticeRow[]>;
  /** Tries those that wait again at once. */
  hurry(notifierId: number): Promise<void>;
  /** The last message of each matter that is not over, where it was given up. The oldest first. */
  lapsed(notifierId: number): Promise<readonly NoticeRow[]>;
  /** Takes up again what was given up, as if it had been made now; what came back at its last try stays. */
  revive(id: number): Promise<void>;
  /** Forgets what was over before this instant. Returns how many. */
  prune(before: string): Promise<number>;
}

export interface NoticeQuery {
  readonly notifierId?: number;
  readonly state?: NoticeState;
  readonly before?: number;
  readonly limit: number;
}

/** Something that is the matter and not over yet. */
export interface Matter {
  /** Of its messages. One matter of a key is open at a time. */
  readonly key: string;
  readonly kind: ProblemKind;
  readonly connectionId: number | null;
  /** The event that opened it: with the key it names this matter among those that came before. */
  readonly openedBy: number;
  readonly since: string;
  /** What was last told: the same again is not told twice. */
  readonly state: string;
  /** Of the certificate that is served, when that is known. */
  readonly notAfter: string | null;
  /** It ends by itself then. */
  readonly endsAt: string | null;
  readonly reminders: number;
  /** Null: nobody is reminded. */
  readonly remindAt: string | null;
  /** What there is to say about it now. */
  readonly message: NoticeMessage;
}

export interface MatterTable {
  /** The first opened first. */
  open(): Promise<readonly Matter[]>;
  /** Those of one connection, or of none. */
  of(connectionId: number | null): Promise<readonly Matter[]>;
  /** Opens it, or replaces the one of the same key. */
  put(matter: Matter): Promise<void>;
  /** Succeeds when it is over already. */
  end(key: string): Promise<void>;
}
