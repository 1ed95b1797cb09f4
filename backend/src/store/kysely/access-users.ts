import type { Selectable, Updateable } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Scope as Reach, Role } from '../../domain/roles.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { NewUser, User, UserChange, UserTable } from '../access.ts';
import type { UsersTable } from './access-tables.ts';
import type { Scope } from './scope.ts';

export class KyselyUsers implements UserTable {
  readonly #scope: Scope;
  readonly #clock: Clock;

  constructor(scope: Scope, clock: Clock) {
    this.#scope = scope;
    this.#clock = clock;
  }

  async all(): Promise<readonly User[]> {
    const rows = await this.#scope.db.selectFrom('users').selectAll().orderBy('name').execute();
    return rows.map(toUser);
  }

  async count(): Promise<number> {
    const row = await this.#scope.db
      .selectFrom('users')
      .select((users) => users.fn.countAll<number>().as('users'))
      .executeTakeFirstOrThrow();
    return row.users;
  }

  async get(id: number): Promise<User | undefined> {
    const row = await this.#scope.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toUser(row);
  }

  async byName(name: string): Promise<User | undefined> {
    const row = await this.#scope.db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst();
    return row && toUser(row);
  }

  async bySubject(subject: string): Promise<User | undefined> {
    const row = await this.#scope.db
      .selectFrom('users')
      .selectAll()
      .where('sso_subject', '=', subject)
      .executeTakeFirst();
    return row && toUser(row);
  }

  async insert({ name, role, scope, passwordHash, passwordTemporary, ssoSubject }: NewUser): Promise<User> {
    return this.#scope.atomically(async (db) => {
      const taken = await db.selectFrom('users').select('id').where('name', '=', name).executeTakeFirst();
      if (taken) throw new AppError('CONFLICT', `There is already a user "${name}".`);
      const row = await db
        .insertInto('users')
        .values({
          name,
          role,
          scope,
          password_hash: passwordHash,
          password_temporary: Number(passwordTemporary),
          sso_subject: ssoSubject,
          disabled: 0,
          totp_enabled: 0,
          totp_last_step: 0,
          created_at: this.#clock.now().toISOString(),
          last_login_at: null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toUser(row);
    });
  }

  async update(id: number, change: UserChange): Promise<User> {
    const columns = toColumns(change);
    const update = this.#scope.db.updateTable('users').set(columns).where('id', '=', id).returningAll();
    const row = await update.executeTakeFirst();
    if (!row) throw noSuchUser(id);
    return toUser(row);
  }

  async useTotpStep(id: number, step: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#scope.db
      .updateTable('users')
      .set({ totp_last_step: step })
      .where('id', '=', id)
      .where('totp_last_step', '<', step)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  async remove(id: number): Promise<void> {
    await this.#scope.atomically(async (db) => {
      const { numDeletedRows } = await db.deleteFrom('users').where('id', '=', id).executeTakeFirst();
      if (numDeletedRows === 0n) throw noSuchUser(id);
      await db.updateTable('connections').set({ owner_id: null }).where('owner_id', '=', id).execute();
    });
  }
}

export function noSuchUser(id: number): AppError {
  return new AppError('NOT_FOUND', `There is no user ${id}.`);
}

function toColumns(change: UserChange): Updateable<UsersTable> {
  const columns: Record<string, string | number | null | undefined> = {
    role: change.role,
    scope: change.scope,
    password_hash: change.passwordHash,
    password_temporary: flag(change.passwordTemporary),
    sso_subject: change.ssoSubject,
    disabled: flag(change.disabled),
    totp_enabled: flag(change.totpEnabled),
    totp_last_step: change.totpLastStep,
    last_login_at: change.lastLoginAt,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function toUser(row: Selectable<UsersTable>): User {
  return {
    id: row.id,
    name: row.name,
    // Written from the same types, by this table alone.
    role: row.role as Role,
    scope: row.scope as Reach,
    passwordHash: row.password_hash,
    passwordTemporary: row.password_temporary === 1,
    ssoSubject: row.sso_subject,
    disabled: row.disabled === 1,
    totpEnabled: row.totp_enabled === 1,
    totpLastStep: row.totp_last_step,
    createdAt: row.created_at,
    lastLoginAt: row.last_login_at,
  };
}
