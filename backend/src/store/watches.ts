import type { Json } from '../domain/json.ts';

/** What the reconciler remembers of one connection. What `memory` holds is known to reconcile/memory.ts alone. */
export interface WatchRow {
  readonly connectionId: number;
  /** ISO 8601: when it is looked at again. */
  readonly nextAt: string;
  /** ISO 8601: the first end of validity among the certificates that were last seen served; null when none was seen. */
  readonly endsAt: string | null;
  readonly memory: Json;
}

/** One row for each connection, kept by the reconciler. No foreign key: a row without its connection is removed when met. */
export interface WatchTable {
  get(connectionId: number): Promise<WatchRow | undefined>;
  /** In the order of the connections' ids. */
  all(): Promise<readonly WatchRow[]>;
  /** Replaces the row of the same connection. */
  put(row: WatchRow): Promise<void>;
  /** Succeeds when there is no such row. */
  remove(connectionId: number): Promise<void>;
  /** Whose `nextAt` has come: what was never seen first, then what ends first, so that after a downtime the worst goes first. */
  due(now: Date, limit: number): Promise<readonly WatchRow[]>;
  /** Whose `memory` has this text in it, in any order. */
  mentioning(text: string): Promise<readonly WatchRow[]>;
  /** Rows whose `nextAt` is after `latest`, or those of `ids`, become due at `at`. */
  hurry(which: { readonly after: Date } | { readonly ids: readonly number[] }, at: Date): Promise<void>;
  /** Whose `endsAt` lies from `from` up to `to`, in any order. */
  endingBetween(from: Date, to: Date): Promise<readonly WatchRow[]>;
  /** ISO 8601: the first `nextAt` of all; null when there is no row. */
  nextAt(): Promise<string | null>;
}
