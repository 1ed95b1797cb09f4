import type { Selectable } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { Digester } from '../overview.ts';
import { type Connection, type ConnectionTable, type NewConnection, UNCHOSEN } from '../store.ts';
import { markRemoved, writeConnection } from './overview-rows.ts';
import type { Scope } from './scope.ts';
import { type ConnectionsTable, fromJson, toJson } from './tables.ts';
import { isWithin } from './within.ts';

export class KyselyConnections implements ConnectionTable {
  readonly #scope: Scope;
  readonly #clock: Clock;
  readonly #digester: Digester;

  constructor(scope: Scope, clock: Clock, digester: Digester) {
    this.#scope = scope;
    this.#clock = clock;
    this.#digester = digester;
  }

  async all(): Promise<readonly Connection[]> {
    const rows = await this.#scope.db.selectFrom('connections').selectAll().orderBy('id').execute();
    return rows.map(toConnection);
  }

  async get(id: number): Promise<Connection | undefined> {
    const row = await this.#scope.db.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toConnection(row);
  }

  async some(ids: readonly number[]): Promise<readonly Connection[]> {
    const rows = await this.#scope.db.selectFrom('connections').selectAll().where('id', 'in', ids).execute();
    return rows.map(toConnection);
  }

  async idsOf(whose: Parameters<ConnectionTable['idsOf']>[0]): Promise<readonly number[]> {
    const query = this.#scope.db.selectFrom('connections').select('id').orderBy('id');
    const theirs =
      'ownerId' in whose
        ? query.where('owner_id', '=', whose.ownerId)
        : query.where(isWithin('id', whose.connectionIds));
    return (await theirs.execute()).map(({ id }) => id);
  }

  async insert(connection: NewConnection): Promise<Connection> {
    return this.#scope.atomically(async (db) => {
      const row = await db
        .insertInto('connections')
        .values({ ...toColumns(connection), created_at: this.#clock.now().toISOString(), version: 1 })
        .returningAll()
        .executeTakeFirstOrThrow();
      const inserted = toConnection(row);
      await writeConnection(db, inserted, this.#digester);
      return inserted;
    });
  }

  async update(connection: Connection): Promise<Connection> {
    const { id, version } = connection;
    return this.#scope.atomically(async (db) => {
      const row = await db
        .updateTable('connections')
        .set({ ...toColumns(connection), version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirst();
      if (row) {
        const updated = toConnection(row);
        await writeConnection(db, updated, this.#digester);
        return updated;
      }
      const stored = await db.selectFrom('connections').select('version').where('id', '=', id).executeTakeFirst();
      if (!stored) throw noSuchConnection(id);
      throw new AppError('CONFLICT', `Connection ${id} was changed meanwhile: version ${stored.version} is stored.`);
    });
  }

  async remove(id: number): Promise<void> {
    await this.#scope.atomically(async (db) => {
      const running = await db
        .selectFrom('renewals')
        .select('id')
        .where('connection_id', '=', id)
        .where('finished_at', 'is', null)
        .executeTakeFirst();
      if (running) {
        throw new AppError('CONFLICT', `Connection ${id} cannot be removed while its renewal ${running.id} runs.`);
      }
      const { numDeletedRows } = await db.deleteFrom('connections').where('id', '=', id).executeTakeFirst();
      if (numDeletedRows === 0n) throw noSuchConnection(id);
      await markRemoved(db, id);
    });
  }
}

export function noSuchConnection(id: number): AppError {
  return new AppError('NOT_FOUND', `There is no connection ${id}.`);
}

function toColumns(connection: NewConnection) {
  return {
    name: connection.name,
    appliance: toJson(connection.appliance),
    slot: connection.slot,
    dns_names: toJson(connection.dnsNames),
    issuer: toJson(connection.issuer),
    second_issuer: connection.secondIssuer ? toJson(connection.secondIssuer) : null,
    second_chain: connection.secondChain ?? null,
    dns: toJson(connection.dns),
    dns_rules: toJson(connection.dnsRules),
    challenge: connection.challenge ?? 'dns-01',
    http: toJson(connection.http ?? UNCHOSEN),
    policy: toJson(connection.policy),
    incomplete: toJson(connection.incomplete ?? []),
    owner_id: connection.ownerId ?? null,
  };
}

export function toConnection(row: Selectable<ConnectionsTable>): Connection {
  return {
    id: row.id,
    name: row.name,
    appliance: fromJson(row.appliance),
    slot: row.slot,
    dnsNames: fromJson(row.dns_names),
    issuer: fromJson(row.issuer),
    secondIssuer: row.second_issuer === null ? null : fromJson(row.second_issuer),
    secondChain: row.second_chain,
    dns: fromJson(row.dns),
    dnsRules: fromJson(row.dns_rules),
    challenge: row.challenge,
    http: fromJson(row.http),
    policy: fromJson(row.policy),
    incomplete: fromJson(row.incomplete),
    createdAt: row.created_at,
    version: row.version,
    ownerId: row.owner_id,
  };
}
