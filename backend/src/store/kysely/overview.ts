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
  type Standing,
  type StateFilter,
} from '../overview.ts';
import type { Within } from '../store.ts';
import { toOverviewRow } from './overview-rows.ts';
import type { Scope } from './scope.ts';
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
    const groups = await db
      .selectFrom('overview')
      .select(({ fn }) => [
        standing(now).as('standing'),
        sql<number>`state is 'activate.held'`.as('restartHeld'),
        fn.countAll<number>().as('total'),
        sql<number>`sum(${expiring(now)})`.as('expiring'),
        sql<number>`sum(automatic = 0)`.as('off'),
      ])
      .where(isThere(within))
      .groupBy([sql`1`, sql`2`])
      .execute();
    const products = await db
      .selectFrom('overview')
      .select(({ fn }) => ['product', fn.countAll<number>().as('count')])
      .where(isThere(within))
      .groupBy('product')
      .orderBy('product')
      .execute();
    return { ...countsOf(groups), products };
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
      .select(standing(now).as('standing'))
      .where('removed', '=', 0);
  }

  #matching({ now, search = '', state, product, automatic, kept, endsBefore, within = null }: OverviewFilter) {
    let query = this.#scope.db.selectFrom(this.#standing(now).as('rows'));
    for (const word of search.toLowerCase().split(/\s+/)) {
      if (word !== '') query = query.where(sql<number>`instr(search, ${word})`, '>', 0);
    }
    if (within !== null) query = query.where(isWithin('connection_id', within));
    if (state !== undefined) query = query.where(STATES[state](now));
    if (product !== undefined) query = query.where('product', '=', product);
    if (automatic !== undefined) query = query.where('automatic', '=', Number(automatic));
    if (kept !== undefined) query = query.where('kept', '=', Number(kept));
    if (endsBefore !== undefined) query = query.where('not_after', '<=', endsBefore);
    return query;
  }
}

function standing(now: string): RawBuilder<Standing> {
  return sql`case
    when renewal_id is not null and finished_at is null then case
      when state like '%.held' then 'held'
      when state = 'activate.waiting' then 'restart-pending'
      when state like '%.waiting' then 'retrying'
      else 'running' end
    when outcome = 'failed' and old_still_served = 0 then 'affected'
    when not_after <= ${now} then 'expired'
    when incomplete = 1 then 'incomplete'
    when outcome in ('failed', 'rolled-back') then 'failed'
    when outcome = 'installed-not-served' then 'not-served'
    when deviation is not null then 'not-served'
    when served = 1 then case kept when 1 then 'kept' else 'served' end
    when outcome is null then 'never'
    else 'ended' end`;
}

type Condition = RawBuilder<boolean>;

function isThere(within: Within): Condition {
  return within === null ? sql`removed = 0` : sql`(removed = 0 and ${isWithin('connection_id', within)})`;
}

const NEEDS_PERSON: readonly Standing[] = ['affected', 'expired', 'held', 'failed', 'not-served'];

const STATES: Readonly<Record<StateFilter, (now: string) => Condition>> = {
  ...(Object.fromEntries(STANDINGS.map((one) => [one, () => sql`standing = ${one}`])) as Record<
    Standing,
    () => Condition
  >),
  'needs-person': () => sql`standing in (${sql.join(NEEDS_PERSON)})`,
  failed: () => sql`standing in ('affected', 'failed')`,
  'restart-pending': () =>
    sql`(standing in ('restart-pending', 'not-served') or (standing = 'held' and state = 'activate.held'))`,
  expiring,
};

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

function expiring(now: string): RawBuilder<boolean> {
  return sql`(due_at is not null and due_at <= ${now} and not_after > ${now})`;
}

interface CountedGroup {
  readonly standing: Standing;
  readonly restartHeld: number;
  readonly total: number;
  readonly expiring: number;
  readonly off: number;
}

function countsOf(groups: readonly CountedGroup[]): Readonly<Record<CountName, number>> {
  const sum = (wanted: (group: CountedGroup) => boolean, of: 'total' | 'expiring' | 'off' = 'total') =>
    groups.filter(wanted).reduce((total, group) => total + group[of], 0);
  const all = () => true;
  const stands = (...standings: readonly Standing[]) => sum((group) => standings.includes(group.standing));
  return {
    total: sum(all),
    served: stands('served'),
    kept: stands('kept'),
    needsPerson: stands(...NEEDS_PERSON),
    restartPending: stands('restart-pending', 'not-served') + sum((group) => isRestartHeld(group)),
    running: stands('running'),
    retrying: stands('retrying'),
    failed: stands('affected', 'failed'),
    expired: stands('expired'),
    incomplete: stands('incomplete'),
    expiring: sum(all, 'expiring'),
    off: sum(all, 'off'),
    never: stands('never'),
  };
}

function isRestartHeld({ standing, restartHeld }: CountedGroup): boolean {
  return standing === 'held' && restartHeld === 1;
}
