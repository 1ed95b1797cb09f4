import type { Within } from './store.ts';

export const BULK_ACTIONS = ['enable', 'disable', 'renew', 'test'] as const;

export type BulkAction = (typeof BULK_ACTIONS)[number];

export type BulkState = 'waiting' | 'running' | 'done' | 'refused' | 'stopped';

export const BULK_STATES: readonly BulkState[] = ['waiting', 'running', 'done', 'refused', 'stopped'];

/** One thing to do for one connection, among those that a person asked for at once. */
export interface BulkItem {
  readonly seq: number;
  readonly bulkId: string;
  readonly action: BulkAction;
  /** The user or API token that asked. */
  readonly actor: string;
  readonly connectionId: number;
  readonly connectionName: string;
  readonly state: BulkState;
  /** What came of it, or why it was refused. */
  readonly message: string | null;
  readonly renewalId: string | null;
  /** ISO 8601 */
  readonly askedAt: string;
  readonly finishedAt: string | null;
}

export interface BulkChange {
  readonly state?: BulkState;
  readonly message?: string;
  readonly renewalId?: string;
  readonly finishedAt?: string;
}

export type BulkAsked = Pick<BulkItem, 'bulkId' | 'action' | 'actor'>;

/** What people asked to be done for many connections, and how far it is: on disk, so that a restart loses none of it. */
export interface BulkTable {
  /** In this order. */
  add(asked: BulkAsked, connectionIds: readonly number[]): Promise<void>;
  /** The next that waits, marked as running. */
  take(): Promise<BulkItem | undefined>;
  save(seq: number, change: BulkChange): Promise<void>;
  /** Nothing more of it is begun. */
  stop(bulkId: string, within: Within): Promise<void>;
  /** Those under way when the process ended, to be taken up again. */
  running(): Promise<readonly BulkItem[]>;
  /** What was refused and what runs first, then the rest in order. */
  items(bulkId: string, within: Within, limit: number): Promise<readonly BulkItem[]>;
  counts(bulkId: string, within: Within): Promise<Readonly<Record<BulkState, number>>>;
}
