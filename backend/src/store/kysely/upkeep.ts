import { type Kysely, sql } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { migrations } from '../migrations/index.ts';
import type { Vault } from '../store.ts';
import type { ConnectionName, ForgetRenewals, ForgetStep, Forgotten, StoreCheck, Upkeep } from '../upkeep.ts';
import type { Scope } from './scope.ts';
import { fromJson, type Tables } from './tables.ts';

interface Parts {
  readonly vault: Vault;
  /** Of the master key that this process has. */
  readonly keyId: string;
}

export class KyselyUpkeep implements Upkeep {
  readonly #scope: Scope;
  readonly #parts: Parts;

  constructor(scope: Scope, parts: Parts) {
    this.#scope = scope;
    this.#parts = parts;
  }

  async check(): Promise<StoreCheck> {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(this.#scope.db);
    const applied = new Set(rows.map(({ name }) => name));
    const pendingMigrations = Object.keys(migrations).filter((name) => !applied.has(name));
    return { pendingMigrations, vault: await this.#checkVault() };
  }

  async connectionNames(): Promise<readonly ConnectionName[]> {
    const { rows } = await sql<{ id: number; name: string; automatic: number }>`
      select id, name, policy ->> '$.automatic' as automatic from connections order by id`.execute(this.#scope.db);
    return rows.map(({ automatic, ...row }) => ({ ...row, automatic: automatic === 1 }));
  }

  async unreadEvents(): Promise<number> {
    const { rows } = await sql<{ unread: number | null }>`
      select (select max(seq) from events) - min(cast(value as integer)) as unread
      from settings where name like '%.cursor'`.execute(this.#scope.db);
    return Math.max(0, rows[0]?.unread ?? 0);
  }

  async waitingNotices(): Promise<number | null> {
    const { rows } = await sql<{ waiting: number | null }>`
      select case when exists (select 1 from notifiers)
        then (select count(*) from notices where state = 'waiting') end as waiting`.execute(this.#scope.db);
    return rows[0]?.waiting ?? null;
  }

  async unfinishedStates() {
    const rows = await this.#scope.db
      .selectFrom('renewals')
      .select(['connection_id', 'state', 'machine_version'])
      .where('finished_at', 'is', null)
      .execute();
    return rows.map((row) => ({
      connectionId: row.connection_id,
      state: fromJson<Json>(row.state),
      machineVersion: row.machine_version,
    }));
  }

  async forgetRenewals(step: ForgetRenewals): Promise<Forgotten> {
    const { before, after, limit, keepNewest, lastOutcome, except } = step;
    const kept = new Set(except);
    return await this.#scope.atomically(async (db) => {
      const { rows } = await sql<{ seq: number; id: string; held: number }>`
        select r.seq, r.id, (
          r.finished_at is null or r.finished_at >= ${before}
          or exists (select 1 from connections c where c.id = r.connection_id) and (
            not exists (
              select 1 from renewals n where n.connection_id = r.connection_id and n.seq > r.seq
              order by n.seq limit 1 offset ${Math.max(0, keepNewest - 1)}
            )
            or r.outcome = ${lastOutcome} and not exists (
              select 1 from renewals n
              where n.connection_id = r.connection_id and n.seq > r.seq and n.outcome = ${lastOutcome}
            )
          )
        ) as held
        from renewals r where r.seq > ${after} and r.started_at < ${before} order by r.seq limit ${limit}`.execute(db);
      const free = rows.filter(({ id, held }) => held === 0 && !kept.has(id)).map(({ seq }) => seq);
      if (free.length > 0) await db.deleteFrom('renewals').where('seq', 'in', free).execute();
      return { removed: free.length, next: nextOf(rows, limit) };
    });
  }

  async forgetEvents({ before, after, limit }: ForgetStep): Promise<Forgotten> {
    return await this.#scope.atomically(async (db) => {
      const read = await readByAll(db);
      const { rows } = await sql<{ seq: number; held: number }>`
        select e.seq, (
          e.renewal_id is not null and exists (select 1 from renewals r where r.id = e.renewal_id)
        ) as held
        from events e where e.seq > ${after} and e.seq <= ${read} and e.at < ${before}
        order by e.seq limit ${limit}`.execute(db);
      const free = rows.filter(({ held }) => held === 0).map(({ seq }) => seq);
      if (free.length > 0) await db.deleteFrom('events').where('seq', 'in', free).execute();
      return { removed: free.length, next: nextOf(rows, limit) };
    });
  }

  async #checkVault(): Promise<StoreCheck['vault']> {
    const { db } = this.#scope;
    const sealed = await db.selectFrom('vault_key').select('key_id').executeTakeFirst();
    if (sealed && sealed.key_id !== this.#parts.keyId) return 'other-key';
    const first = await db.selectFrom('vault').select('name').orderBy('name').limit(1).executeTakeFirst();
    if (!first) return 'empty';
    try {
      await this.#parts.vault.get(first.name);
      return 'opens';
    } catch (err) {
      if (err instanceof AppError && err.code === 'VAULT_DAMAGED') return 'damaged';
      throw err;
    }
  }
}

/** The last event that no reader still has to read; the newest event of all stays, because it is where new readers begin. */
async function readByAll(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ seq: number | null }>`
    select min(seq) as seq from (
      select cast(value as integer) as seq from settings where name like '%.cursor'
      union all select max(seq) - 1 from events
    )`.execute(db);
  return rows[0]?.seq ?? 0;
}

function nextOf(rows: readonly { readonly seq: number }[], limit: number): number | null {
  return rows.length < limit ? null : (rows.at(-1)?.seq ?? null);
}
