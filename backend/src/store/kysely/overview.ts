import { type RawBuilder, sql } from 'kysely';
import {
  type CountName,
  type ExpiryDay,
  type NameOfConnection,
  type NextRun,
  type Overview,
  type OverviewCounts,
  type OverviewFilter,
  type OverviewQuery,
  type OverviewRow,
  type OverviewSort,
  STANDINGS,
} from '../overview.ts';
import type { Within } from '../store.ts';
import { toOverviewRow } from './overview-rows.ts';
import type { Scope } from './scope.ts';
import { COUNTS, IS_RESTART_HELD, isExpired, isExpiring, STATES, standing } from './standing.ts';
import { isWithin } from './within.ts';

/** SQLite takes 32,766 values in one statement. https://www.sqlite.org/limits.html */
const VALUES = 10_000;

export class KyselyOverview implements Overview {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async get(connectionId: number, now: string): Promise<OverviewRow | undefined> {
    const row = await this.#standing(now).where('connection_id', '=', connectionId).executeTakeFirst();
    return row && toOverviewRow(row);
  }

  async page(query: OverviewQuery): Promise<{ rows: readonly OverviewRow[]; total: number }> {
    const matching = this.#matching(query);
    const { total } = await matching.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
    // Ordered by an index alone; only what is shown is read from the rows.
    const order = sql.raw(query.descending ? 'desc' : 'asc');
    const ids = await matching
      .select('connection_id')
      .orderBy(sql`${SORTS[query.sort]} ${order}`)
      .orderBy('name')
      .orderBy('connection_id')
      .limit(query.limit)
      .offset(query.offset)
      .execute();
    return {
      rows: await this.#inOrder(
        ids.map((row) => row.connection_id),
        query.now,
      ),
      total,
    };
  }

  async some(connectionIds: readonly number[], now: string): Promise<readonly OverviewRow[]> {
    const rows = await this.#standing(now).where('connection_id', 'in', connectionIds).orderBy('name').execute();
    return rows.map(toOverviewRow);
  }

  async ids(filter: OverviewFilter): Promise<readonly number[]> {
    const rows = await this.#matching(filter).select('connection_id').orderBy('name').execute();
    return rows.map((row) => row.connection_id);
  }

  async counts(now: string, within: Within): Promise<OverviewCounts> {
    const { db } = this.#scope;
    // Grouped first: how a connection stands is worked out once for each, and not once for each count.
    const groups = db
      .selectFrom('overview')
      .select(({ fn }) => [
        'stands',
        'unreachable_told',
        'automatic',
        standing(now).as('standing'),
        isExpired(now).as('is_expired'),
        isExpiring(now).as('is_expiring'),
        IS_RESTART_HELD.as('is_restart_held'),
        fn.countAll<number>().as('number'),
      ])
      .where(isThere(within))
      .groupBy(['stands', 'unreachable_told', 'automatic', sql`4`, sql`5`, sql`6`, sql`7`]);
    const names = Object.keys(COUNTS) as CountName[];
    const counted = await db
      .selectFrom(groups.as('groups'))
      .select(names.map((name) => sql<number>`coalesce(sum(number) filter (where ${COUNTS[name]}), 0)`.as(name)))
      .executeTakeFirstOrThrow();
    const products = await db
      .selectFrom('overview')
      .select(({ fn }) => ['product', fn.countAll<number>().as('count')])
      .where(isThere(within))
      .groupBy('product')
      .orderBy('product')
      .execute();
    return { ...counted, products };
  }

  async expiry(now: string, within: Within): Promise<readonly ExpiryDay[]> {
    return await this.#scope.db
      .selectFrom('overview')
      .select(({ fn }) => [
        'product',
        sql<string>`substr(not_after, 1, 10)`.as('date'),
        sql<number>`not_after <= ${now}`.as('expired'),
        fn.countAll<number>().as('count'),
        sql<number>`sum(due_at <= ${now})`.as('due'),
      ])
      .where(isThere(within))
      .where('not_after', 'is not', null)
      .groupBy(['product', sql`2`, sql`3`])
      .orderBy('product')
      .orderBy(sql`2`)
      .execute();
  }

  async next(limit: number, within: Within): Promise<readonly NextRun[]> {
    const rows = await this.#scope.db
      .selectFrom('overview')
      .select(['connection_id', 'name', 'next_at', 'next_why'])
      .where('next_at', 'is not', null)
      .where(isThere(within))
      .where('automatic', '=', 1)
      .where(sql<boolean>`(renewal_id is null or finished_at is not null)`)
      .orderBy('next_at')
      .orderBy('name')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      connectionId: row.connection_id,
      name: row.name,
      at: row.next_at ?? '',
      why: row.next_why ?? '',
    }));
  }

  async names(connectionIds: readonly number[]): Promise<ReadonlyMap<number, NameOfConnection>> {
    const names = new Map<number, NameOfConnection>();
    for (let at = 0; at < connectionIds.length; at += VALUES) {
      const rows = await this.#scope.db
        .selectFrom('overview')
        .select(['connection_id', 'name', 'removed'])
        .where('connection_id', 'in', connectionIds.slice(at, at + VALUES))
        .execute();
      for (const { connection_id, name, removed } of rows) names.set(connection_id, { name, removed: removed === 1 });
    }
    return names;
  }

  async #inOrder(ids: readonly number[], now: string): Promise<readonly OverviewRow[]> {
    const rows = await this.#standing(now).where('connection_id', 'in', ids).execute();
    const byId = new Map(rows.map((row) => [row.connection_id, toOverviewRow(row)]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  #standing(now: string) {
    return this.#scope.db
      .selectFrom('overview')
      .selectAll()
      .select([
        standing(now).as('standing'),
        isExpired(now).as('is_expired'),
        isExpiring(now).as('is_expiring'),
        IS_RESTART_HELD.as('is_restart_held'),
      ])
      .where('removed', '=', 0);
  }

  #matching({ now, search = '', state, product, automatic, kept, endsBefore, within = null }: OverviewFilter) {
    let query = this.#scope.db.selectFrom(this.#standing(now).as('rows'));
    for (const word of search.toLowerCase().split(/\s+/)) {
      if (word !== '') query = query.where(sql<number>`instr(search, ${word})`, '>', 0);
    }
    if (within !== null) query = query.where(isWithin('connection_id', within));
    if (state !== undefined) query = query.where(STATES[state]);
    if (product !== undefined) query = query.where('product', '=', product);
    if (automatic !== undefined) query = query.where('automatic', '=', Number(automatic));
    if (kept !== undefined) query = query.where('kept', '=', Number(kept));
    if (endsBefore !== undefined) query = query.where('not_after', '<=', endsBefore);
    return query;
  }
}

function isThere(within: Within): RawBuilder<boolean> {
  return within === null ? sql`removed = 0` : sql`(removed = 0 and ${isWithin('connection_id', within)})`;
}

const RANK = sql`case standing ${sql.join(
  STANDINGS.map((one, rank) => sql`when ${one} then ${sql.lit(rank)}`),
  sql` `,
)} end`;

const SORTS: Readonly<Record<OverviewSort, RawBuilder<unknown>>> = {
  added: sql`connection_id`,
  name: sql`name`,
  state: RANK,
  // What was never seen ends last.
  days: sql`coalesce(not_after, '9')`,
  renewal: sql`coalesce(started_at, '')`,
};
