import type { RenewalRow } from './store.ts';

/** What keeps a store usable and small, and what monitoring asks of it. Each call is one short statement or a few. */
export interface Upkeep {
  /** Reads the database and opens one stored secret. Rejects when the database does not answer. */
  check(): Promise<StoreCheck>;
  /** The names of all connections, in the order of their ids. */
  connectionNames(): Promise<readonly ConnectionName[]>;
  /** Events that the slowest reader with a stored cursor has not read yet. */
  unreadEvents(): Promise<number>;
  /** Messages to people that are not delivered yet; null where there is no channel to tell anybody. */
  waitingNotices(): Promise<number | null>;
  /** Where the unfinished renewals stand: at most one of each connection. */
  unfinishedStates(): Promise<readonly Pick<RenewalRow, 'connectionId' | 'state' | 'machineVersion'>[]>;
  /**
   * Looks at up to `limit` renewals after `after` that began before `before`, and removes those that are finished and that
   * nothing holds: see `ForgetRenewals`.
   */
  forgetRenewals(step: ForgetRenewals): Promise<Forgotten>;
  /**
   * Looks at up to `limit` events after `after` that happened before `before`, and removes those that every reader has read and whose
   * renewal, if they have one, is gone. Readers keep their cursor as a setting whose name ends in `.cursor`.
   */
  forgetEvents(step: ForgetStep): Promise<Forgotten>;
}

export interface StoreCheck {
  /** Names of migrations that this version knows and the database has not had. */
  readonly pendingMigrations: readonly string[];
  /** `empty`: there is no secret to open. */
  readonly vault: 'opens' | 'empty' | 'other-key' | 'damaged';
}

export interface ConnectionName {
  readonly id: number;
  readonly name: string;
  readonly automatic: boolean;
}

export interface ForgetStep {
  /** ISO 8601 */
  readonly before: string;
  /** 0 to begin with, then `next` of the step before. */
  readonly after: number;
  readonly limit: number;
}

/** Of a connection that there still is, the newest ones stay, and the last with `lastOutcome`. */
export interface ForgetRenewals extends ForgetStep {
  readonly keepNewest: number;
  readonly lastOutcome: string;
  /** Ids that stay whatever their age. */
  readonly except: readonly string[];
}

export interface Forgotten {
  readonly removed: number;
  /** Null when there is nothing left to look at. */
  readonly next: number | null;
}
