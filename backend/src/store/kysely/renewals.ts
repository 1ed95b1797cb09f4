import SqliteDatabase from 'better-sqlite3';
import { type Kysely, type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { RenewalOutcome } from '../events.ts';
import type { Digester } from '../overview.ts';
import type {
  JsonObject,
  NewRenewal,
  RenewalChange,
  RenewalFilter,
  RenewalQuery,
  RenewalRow,
  RenewalTable,
} from '../store.ts';
import { noSuchConnection } from './connections.ts';
import { writeCertificate, writeRenewal } from './overview-rows.ts';
import type { Scope } from './scope.ts';
import { fromJson, type RenewalsTable, type Tables, toJson } from './tables.ts';
import { isWithin } from './within.ts';

export class KyselyRenewals implements RenewalTable {
  readonly #scope: Scope;
  readonly #clock: Clock;
  readonly #digester: Digester;

  constructor(scope: Scope, clock: Clock, digester: Digester) {
    this.#scope = scope;
    this.#clock = clock;
    this.#digester = digester;
  }

  async begin(renewal: NewRenewal): Promise<RenewalRow> {
    const { connectionId } = renewal;
    return this.#scope.atomically(async (db) => {
      const connection = await db
        .selectFrom('connections')
        .select('id')
        .where('id', '=', connectionId)
        .executeTakeFirst();
      if (!connection) throw noSuchConnection(connectionId);
      const row = await db
        .insertInto('renewals')
        .values({
          id: renewal.id,
          connection_id: connectionId,
          state: toJson(renewal.state),
          machine_version: renewal.machineVersion,
          facts: toJson(renewal.facts),
          started_at: this.#clock.now().toISOString(),
        })
        .returningAll()
        .executeTakeFirstOrThrow()
        .catch((cause: unknown) => {
          throw isSecondUnfinished(cause) ? alreadyRunning(connectionId, cause) : cause;
        });
      const begun = toRenewal(row);
      await writeRenewal(db, { ...begun, seq: row.seq }, this.#digester);
      return begun;
    });
  }

  async save(id: string, change: RenewalChange): Promise<void> {
    const { state, machineVersion, facts, finishedAt, outcome } = change;
    await this.#scope.atomically(async (db) => {
      const row = await db
        .updateTable('renewals')
        .set({
          // Setting a column to itself also keeps the statement valid when nothing is changed.
          id,
          ...(state !== undefined && { state: toJson(state) }),
          ...(machineVersion !== undefined && { machine_version: machineVersion }),
          ...(facts && { facts: withFacts(facts) }),
          ...(finishedAt !== undefined && { finished_at: finishedAt }),
          ...(outcome !== undefined && { outcome }),
        })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      if (!row) throw new AppError('NOT_FOUND', `There is no renewal ${id}.`);
      await this.#summarise(db, row, facts);
    });
  }

  async #summarise(db: Kysely<Tables>, row: Selectable<RenewalsTable>, facts: JsonObject | undefined): Promise<void> {
    const renewal = toRenewal(row);
    await writeRenewal(db, { ...renewal, seq: row.seq }, this.#digester);
    const certificate = facts && this.#digester.certificate(facts);
    if (!certificate) return;
    const { connectionId, id: renewalId } = renewal;
    await writeCertificate(db, certificate, { connectionId, renewalId, issuedAt: this.#clock.now().toISOString() });
  }

  async get(id: string): Promise<RenewalRow | undefined> {
    const row = await this.#scope.db.selectFrom('renewals').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toRenewal(row);
  }

  async unfinished(): Promise<readonly RenewalRow[]> {
    const rows = await this.#scope.db
      .selectFrom('renewals')
      .selectAll()
      .where('finished_at', 'is', null)
      .orderBy('seq')
      .execute();
    return rows.map(toRenewal);
  }

  async connectionsOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#scope.db
      .selectFrom('renewals')
      .select(['id', 'connection_id'])
      .where('id', 'in', ids)
      .execute();
    return new Map(rows.map((row) => [row.id, row.connection_id]));
  }

  async list({ connectionId, state, within = null, before, limit }: RenewalQuery): Promise<readonly RenewalRow[]> {
    let query = this.#scope.db.selectFrom('renewals').selectAll().orderBy('seq', 'desc').limit(limit);
    if (connectionId !== undefined) query = query.where('connection_id', '=', connectionId);
    if (state !== undefined) query = query.where(isIn(state));
    if (within !== null) query = query.where(isWithin('connection_id', within));
    if (before !== undefined) {
      query = query.where('seq', '<', (rows) => rows.selectFrom('renewals').select('seq').where('id', '=', before));
    }
    return (await query.execute()).map(toRenewal);
  }
}

const ENDED: Readonly<Record<RenewalOutcome, Exclude<RenewalFilter, 'unfinished' | 'held'>>> = {
  verified: 'served',
  kept: 'served',
  failed: 'failed',
  'installed-not-served': 'failed',
  'rolled-back': 'failed',
  issued: 'other',
  validated: 'other',
  cancelled: 'other',
  'not-due': 'other',
};

function isIn(state: RenewalFilter): RawBuilder<SqlBool> {
  if (state === 'unfinished') return sql`finished_at is null`;
  if (state === 'held') return sql`finished_at is null and state ->> '$.at' like '%.held'`;
  const outcomes = Object.entries(ENDED).flatMap(([outcome, each]) => (each === state ? [outcome] : []));
  return sql`outcome in (${sql.join(outcomes)})`;
}

/** One statement, so that two parts kept at the same time cannot undo each other. */
function withFacts(facts: JsonObject): RawBuilder<string> {
  const assignments = Object.entries(facts).map(([key, value]) => {
    if (!/^\w+$/.test(key)) throw new AppError('INTERNAL', `"${key}" cannot be the name of a fact.`);
    return sql`${`$.${key}`}, json(${toJson(value)})`;
  });
  if (assignments.length === 0) return sql`facts`;
  return sql`json_set(facts, ${sql.join(assignments)})`;
}

/** The index is named by its column; that of `id` is another column. */
function isSecondUnfinished(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && error.message.includes('renewals.connection_id');
}

function alreadyRunning(connectionId: number, cause: unknown): AppError {
  return new AppError('RENEWAL_RUNNING', `Connection ${connectionId} has an unfinished renewal.`, { cause });
}

export function toRenewal(row: Selectable<RenewalsTable>): RenewalRow {
  return {
    id: row.id,
    connectionId: row.connection_id,
    state: fromJson(row.state),
    machineVersion: row.machine_version,
    facts: fromJson(row.facts),
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
  };
}
