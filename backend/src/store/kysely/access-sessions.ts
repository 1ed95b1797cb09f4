import type { Selectable } from 'kysely';
import type { LoginAttempts, LoginAttemptTable, RecoveryCodeTable, SessionRow, SessionTable } from '../access.ts';
import type { SessionsTable } from './access-tables.ts';
import type { Scope } from './scope.ts';

export class KyselySessions implements SessionTable {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async insert(session: Omit<SessionRow, 'id'>): Promise<SessionRow> {
    const { hash, userId, via, address, agent, createdAt, usedAt, endsAt } = session;
    const row = await this.#scope.db
      .insertInto('sessions')
      .values({ hash, user_id: userId, via, address, agent, created_at: createdAt, used_at: usedAt, ends_at: endsAt })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toSession(row);
  }

  async byHash(hash: string): Promise<SessionRow | undefined> {
    const row = await this.#scope.db.selectFrom('sessions').selectAll().where('hash', '=', hash).executeTakeFirst();
    return row && toSession(row);
  }

  async ofUser(userId: number): Promise<readonly SessionRow[]> {
    const query = this.#scope.db.selectFrom('sessions').selectAll().where('user_id', '=', userId);
    return (await query.orderBy('used_at', 'desc').execute()).map(toSession);
  }

  async touch(id: number, usedAt: string): Promise<void> {
    await this.#scope.db.updateTable('sessions').set({ used_at: usedAt }).where('id', '=', id).execute();
  }

  async remove(id: number): Promise<void> {
    await this.#scope.db.deleteFrom('sessions').where('id', '=', id).execute();
  }

  async removeOf(userId: number, exceptId = 0): Promise<void> {
    await this.#scope.db.deleteFrom('sessions').where('user_id', '=', userId).where('id', '!=', exceptId).execute();
  }

  async removeEnded(now: string, notUsedSince: string): Promise<void> {
    await this.#scope.db
      .deleteFrom('sessions')
      .where((or) => or.or([or('ends_at', '<=', now), or('used_at', '<=', notUsedSince)]))
      .execute();
  }
}

export class KyselyRecoveryCodes implements RecoveryCodeTable {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async replace(userId: number, hashes: readonly string[]): Promise<void> {
    await this.#scope.atomically(async (db) => {
      await db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
      const rows = hashes.map((hash) => ({ user_id: userId, hash }));
      if (rows.length > 0) await db.insertInto('recovery_codes').values(rows).execute();
    });
  }

  async use(userId: number, hash: string): Promise<boolean> {
    const { numDeletedRows } = await this.#scope.db
      .deleteFrom('recovery_codes')
      .where('user_id', '=', userId)
      .where('hash', '=', hash)
      .executeTakeFirst();
    return numDeletedRows === 1n;
  }

  async count(userId: number): Promise<number> {
    const row = await this.#scope.db
      .selectFrom('recovery_codes')
      .select((codes) => codes.fn.countAll<number>().as('codes'))
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return row.codes;
  }
}

export class KyselyLoginAttempts implements LoginAttemptTable {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async get(key: string): Promise<LoginAttempts | undefined> {
    const query = this.#scope.db.selectFrom('login_attempts').selectAll().where('key', '=', key);
    const row = await query.executeTakeFirst();
    return row && { failures: row.failures, lastAt: row.last_at, lockedUntil: row.locked_until };
  }

  async put(key: string, { failures, lastAt, lockedUntil }: LoginAttempts): Promise<void> {
    const columns = { failures, last_at: lastAt, locked_until: lockedUntil };
    await this.#scope.db
      .insertInto('login_attempts')
      .values({ key, ...columns })
      .onConflict((row) => row.column('key').doUpdateSet(columns))
      .execute();
  }

  async remove(key: string): Promise<void> {
    await this.#scope.db.deleteFrom('login_attempts').where('key', '=', key).execute();
  }

  async removeBefore(lastAt: string): Promise<void> {
    await this.#scope.db.deleteFrom('login_attempts').where('last_at', '<', lastAt).execute();
  }
}

function toSession(row: Selectable<SessionsTable>): SessionRow {
  return {
    id: row.id,
    hash: row.hash,
    userId: row.user_id,
    // Written from the same type, by this table alone.
    via: row.via as SessionRow['via'],
    address: row.address,
    agent: row.agent,
    createdAt: row.created_at,
    usedAt: row.used_at,
    endsAt: row.ends_at,
  };
}
