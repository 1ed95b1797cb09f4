import type { Selectable, Updateable } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Role } from '../../domain/roles.ts';
import type { ApiToken, ApiTokenTable } from '../access.ts';
import type { ApiTokensTable } from './access-tables.ts';
import type { Scope } from './scope.ts';
import { fromJson, toJson } from './tables.ts';

export class KyselyApiTokens implements ApiTokenTable {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async all(): Promise<readonly ApiToken[]> {
    const rows = await this.#scope.db.selectFrom('api_tokens').selectAll().orderBy('id', 'desc').execute();
    return rows.map(toToken);
  }

  async get(id: number): Promise<ApiToken | undefined> {
    const row = await this.#scope.db.selectFrom('api_tokens').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toToken(row);
  }

  async byHash(hash: string): Promise<ApiToken | undefined> {
    const row = await this.#scope.db.selectFrom('api_tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
    return row && toToken(row);
  }

  async insert(token: Parameters<ApiTokenTable['insert']>[0]): Promise<ApiToken> {
    const row = await this.#scope.db
      .insertInto('api_tokens')
      .values({
        hash: token.hash,
        hint: token.hint,
        name: token.name,
        role: token.role,
        connection_ids: token.connectionIds && toJson(token.connectionIds),
        created_by: token.createdBy,
        created_at: token.createdAt,
        expires_at: token.expiresAt,
        last_used_at: null,
        revoked_at: null,
        successor_id: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toToken(row);
  }

  async update(id: number, change: Parameters<ApiTokenTable['update']>[1]): Promise<ApiToken> {
    const columns: Updateable<ApiTokensTable> = {
      ...(change.connectionIds === undefined
        ? {}
        : { connection_ids: change.connectionIds && toJson(change.connectionIds) }),
      ...(change.expiresAt === undefined ? {} : { expires_at: change.expiresAt }),
      ...(change.lastUsedAt === undefined ? {} : { last_used_at: change.lastUsedAt }),
      ...(change.revokedAt === undefined ? {} : { revoked_at: change.revokedAt }),
      ...(change.successorId === undefined ? {} : { successor_id: change.successorId }),
    };
    const update = this.#scope.db.updateTable('api_tokens').set(columns).where('id', '=', id).returningAll();
    const row = await update.executeTakeFirst();
    if (!row) throw new AppError('NOT_FOUND', `There is no API token ${id}.`);
    return toToken(row);
  }
}

function toToken(row: Selectable<ApiTokensTable>): ApiToken {
  return {
    id: row.id,
    hash: row.hash,
    hint: row.hint,
    name: row.name,
    // Written from the same type, by this table alone.
    role: row.role as Role,
    connectionIds: row.connection_ids === null ? null : fromJson<number[]>(row.connection_ids),
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
    successorId: row.successor_id,
  };
}
