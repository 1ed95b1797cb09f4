import { type Generated, type RawBuilder, sql } from 'kysely';
import type { Clock } from '../../plugins/plugin.ts';
import {
  BULK_STATES,
  type BulkAction,
  type BulkAsked,
  type BulkChange,
  type BulkItem,
  type BulkState,
  type BulkTable,
} from '../bulk.ts';
import type { Within } from '../store.ts';
import type { Scope } from './scope.ts';
import { isWithin } from './within.ts';

export interface BulkItemsTable {
  seq: Generated<number>;
  bulk_id: string;
  action: string;
  actor: string;
  connection_id: number;
  state: string;
  message: string | null;
  renewal_id: string | null;
  asked_at: string;
  finished_at: string | null;
}

/** Rows in one statement: each has six values, of which SQLite takes 32,766. */
const ROWS = 1_000;

export class KyselyBulk implements BulkTable {
  readonly #scope: Scope;
  readonly #clock: Clock;

  constructor(scope: Scope, clock: Clock) {
    this.#scope = scope;
    this.#clock = clock;
  }

  async add({ bulkId, action, actor }: BulkAsked, connectionIds: readonly number[]): Promise<void> {
    const asked_at = this.#clock.now().toISOString();
    await this.#scope.atomically(async (db) => {
      for (let at = 0; at < connectionIds.length; at += ROWS) {
        const rows = connectionIds
          .slice(at, at + ROWS)
          .map((connection_id) => ({ bulk_id: bulkId, action, actor, connection_id, state: 'waiting', asked_at }));
        await db.insertInto('bulk_items').values(rows).execute();
      }
    });
  }

  async take(): Promise<BulkItem | undefined> {
    return await this.#scope.atomically(async (db) => {
      const next = await db
        .updateTable('bulk_items')
        .set({ state: 'running' })
        .where('seq', '=', ({ selectFrom }) =>
          selectFrom('bulk_items').select('seq').where('state', '=', 'waiting').orderBy('seq').limit(1),
        )
        .returning('seq')
        .executeTakeFirst();
      if (!next) return undefined;
      const row = await named(db).where('seq', '=', next.seq).executeTakeFirstOrThrow();
      return toItem(row);
    });
  }

  async save(seq: number, { state, message, renewalId, finishedAt }: BulkChange): Promise<void> {
    await this.#scope.db
      .updateTable('bulk_items')
      .set({
        seq,
        ...(state !== undefined && { state }),
        ...(message !== undefined && { message }),
        ...(renewalId !== undefined && { renewal_id: renewalId }),
        ...(finishedAt !== undefined && { finished_at: finishedAt }),
      })
      .where('seq', '=', seq)
      .execute();
  }

  async stop(bulkId: string, within: Within): Promise<void> {
    await this.#scope.db
      .updateTable('bulk_items')
      .set({ state: 'stopped', finished_at: this.#clock.now().toISOString() })
      .where(isOf(bulkId, within))
      .where('state', '=', 'waiting')
      .execute();
  }

  async running(): Promise<readonly BulkItem[]> {
    const rows = await named(this.#scope.db).where('bulk_items.state', '=', 'running').orderBy('seq').execute();
    return rows.map(toItem);
  }

  async items(bulkId: string, within: Within, limit: number): Promise<readonly BulkItem[]> {
    const rank = sql`case bulk_items.state when 'refused' then 0 when 'running' then 1 else 2 end`;
    const rows = await named(this.#scope.db)
      .where(isOf(bulkId, within))
      .orderBy(rank)
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map(toItem);
  }

  async counts(bulkId: string, within: Within): Promise<Readonly<Record<BulkState, number>>> {
    const rows = await this.#scope.db
      .selectFrom('bulk_items')
      .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
      .where(isOf(bulkId, within))
      .groupBy('state')
      .execute();
    const found = new Map(rows.map(({ state, count }) => [state, count]));
    const counts = BULK_STATES.map((state) => [state, found.get(state) ?? 0]);
    // Every state of the list has its count.
    return Object.fromEntries(counts) as Record<BulkState, number>;
  }
}

function isOf(bulkId: string, within: Within): RawBuilder<boolean> {
  const isOfBulk = sql<boolean>`bulk_id = ${bulkId}`;
  return within === null ? isOfBulk : sql<boolean>`(${isOfBulk} and ${isWithin('bulk_items.connection_id', within)})`;
}

function named(db: Scope['db']) {
  return db
    .selectFrom('bulk_items')
    .leftJoin('overview', 'overview.connection_id', 'bulk_items.connection_id')
    .selectAll('bulk_items')
    .select('overview.name');
}

function toItem(row: Omit<BulkItemsTable, 'seq'> & { seq: number; name: string | null }): BulkItem {
  return {
    seq: row.seq,
    bulkId: row.bulk_id,
    // Written by `add` and `save` only.
    action: row.action as BulkAction,
    actor: row.actor,
    connectionId: row.connection_id,
    connectionName: row.name ?? 'not there',
    state: row.state as BulkState,
    message: row.message,
    renewalId: row.renewal_id,
    askedAt: row.asked_at,
    finishedAt: row.finished_at,
  };
}
