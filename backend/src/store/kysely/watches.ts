import { type Selectable, sql } from 'kysely';
import type { Digester } from '../overview.ts';
import type { WatchRow, WatchTable } from '../watches.ts';
import { writeWatch } from './overview-rows.ts';
import type { Scope } from './scope.ts';
import { fromJson, toJson, type WatchesTable } from './tables.ts';

export class KyselyWatches implements WatchTable {
  readonly #scope: Scope;
  readonly #digester: Digester;

  constructor(scope: Scope, digester: Digester) {
    this.#scope = scope;
    this.#digester = digester;
  }

  async get(connectionId: number): Promise<WatchRow | undefined> {
    const row = await this.#scope.db
      .selectFrom('watches')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .executeTakeFirst();
    return row && toWatch(row);
  }

  async all(): Promise<readonly WatchRow[]> {
    return (await this.#scope.db.selectFrom('watches').selectAll().orderBy('connection_id').execute()).map(toWatch);
  }

  async put(row: WatchRow): Promise<void> {
    const { connectionId, nextAt, endsAt, memory } = row;
    const columns = { next_at: nextAt, ends_at: endsAt, memory: toJson(memory) };
    await this.#scope.atomically(async (db) => {
      await db
        .insertInto('watches')
        .values({ connection_id: connectionId, ...columns })
        .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(columns))
        .execute();
      await writeWatch(db, row, this.#digester);
    });
  }

  async remove(connectionId: number): Promise<void> {
    await this.#scope.db.deleteFrom('watches').where('connection_id', '=', connectionId).execute();
  }

  async due(now: Date, limit: number): Promise<readonly WatchRow[]> {
    const rows = await this.#scope.db
      .selectFrom('watches')
      .selectAll()
      .where('next_at', '<=', now.toISOString())
      .orderBy(sql`ends_at is not null`)
      .orderBy('ends_at')
      .orderBy('next_at')
      .limit(limit)
      .execute();
    return rows.map(toWatch);
  }

  async mentioning(text: string): Promise<readonly WatchRow[]> {
    const rows = await this.#scope.db
      .selectFrom('watches')
      .selectAll()
      .where(sql<boolean>`instr(memory, ${text}) > 0`)
      .execute();
    return rows.map(toWatch);
  }

  async hurry(which: { readonly after: Date } | { readonly ids: readonly number[] }, at: Date): Promise<void> {
    const update = this.#scope.db.updateTable('watches').set({ next_at: at.toISOString() });
    if ('after' in which) await update.where('next_at', '>', which.after.toISOString()).execute();
    else if (which.ids.length > 0) await update.where('connection_id', 'in', which.ids).execute();
  }

  async endingBetween(from: Date, to: Date): Promise<readonly WatchRow[]> {
    const rows = await this.#scope.db
      .selectFrom('watches')
      .selectAll()
      .where('ends_at', '>=', from.toISOString())
      .where('ends_at', '<=', to.toISOString())
      .execute();
    return rows.map(toWatch);
  }

  async nextAt(): Promise<string | null> {
    const row = await this.#scope.db
      .selectFrom('watches')
      .select((watches) => watches.fn.min('next_at').as('at'))
      .executeTakeFirst();
    return row?.at ?? null;
  }
}

export function toWatch(row: Selectable<WatchesTable>): WatchRow {
  return { connectionId: row.connection_id, nextAt: row.next_at, endsAt: row.ends_at, memory: fromJson(row.memory) };
}
