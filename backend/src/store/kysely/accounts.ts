import { type Kysely, type Selectable, sql } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Account, AccountFamily, AccountTable, AccountUser, NewAccount } from '../accounts.ts';
import type { Digester } from '../overview.ts';
import { writeIssuer } from './overview-rows.ts';
import type { Scope } from './scope.ts';
import { type AccountsTable, fromJson, type Tables, toJson } from './tables.ts';

/** Users that a refusal names; of more it says how many. */
const NAMED_USERS = 5;

export class KyselyAccounts implements AccountTable {
  readonly #scope: Scope;
  readonly #digester: Digester;

  constructor(scope: Scope, digester: Digester) {
    this.#scope = scope;
    this.#digester = digester;
  }

  async all(): Promise<readonly Account[]> {
    const rows = await this.#scope.db.selectFrom('accounts').selectAll().orderBy('name').orderBy('id').execute();
    return rows.map(toAccount);
  }

  async get(id: number): Promise<Account | undefined> {
    const row = await this.#scope.db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toAccount(row);
  }

  async insert({ family, name, ref }: NewAccount): Promise<Account> {
    return this.#scope.atomically(async (db) => {
      await refuseTwin(db, { family, name, id: null });
      const row = await db
        .insertInto('accounts')
        .values({ family, name, ref: toJson(ref), version: 1 })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toAccount(row);
    });
  }

  async update({ id, name, ref, version }: Account): Promise<Account> {
    return this.#scope.atomically(async (db) => {
      const { family, ...stored } = await existing(db, id);
      await refuseTwin(db, { family, name, id });
      const row = await db
        .updateTable('accounts')
        .set({ name, ref: toJson(ref), version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirst();
      if (row) {
        const updated = toAccount(row);
        if (family === 'issuer') await writeIssuer(db, updated, this.#digester);
        return updated;
      }
      throw new AppError('CONFLICT', `"${stored.name}" was changed meanwhile: version ${stored.version} is stored.`);
    });
  }

  async remove(id: number): Promise<void> {
    await this.#scope.atomically(async (db) => {
      const { name } = await existing(db, id);
      const users = (await usersIn(db)).filter(({ accountId }) => accountId === id);
      if (users.length > 0) throw new AppError('CONFLICT', `"${name}" is used by ${listed(users)}.`);
      await db.deleteFrom('accounts').where('id', '=', id).execute();
    });
  }

  async users(): Promise<readonly AccountUser[]> {
    return usersIn(this.#scope.db);
  }
}

async function usersIn(db: Kysely<Tables>): Promise<readonly AccountUser[]> {
  const { rows } = await sql<AccountUser>`
    select issuer ->> '$.account' as accountId, id as connectionId, name as connectionName
      from connections where accountId is not null
    union
    select second_issuer ->> '$.account' as accountId, id, name from connections where accountId is not null
    union
    select dns ->> '$.account' as accountId, id, name from connections where accountId is not null
    union
    select rule.value ->> '$.use.account' as accountId, connections.id, name
      from connections, json_each(dns_rules) as rule where accountId is not null
    order by connectionName, connectionId`.execute(db);
  return rows;
}

async function existing(db: Kysely<Tables>, id: number): Promise<Account> {
  const row = await db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new AppError('NOT_FOUND', `There is no account ${id}.`);
  return toAccount(row);
}

interface Wanted {
  readonly family: AccountFamily;
  readonly name: string;
  /** Of the account that may have the name; null for a new one. */
  readonly id: number | null;
}

async function refuseTwin(db: Kysely<Tables>, { family, name, id }: Wanted): Promise<void> {
  const twin = await db
    .selectFrom('accounts')
    .select('id')
    .where('family', '=', family)
    .where('name', '=', name)
    .executeTakeFirst();
  if (twin && twin.id !== id) throw new AppError('CONFLICT', `There is "${name}" already: choose another name.`);
}

function listed(users: readonly AccountUser[]): string {
  const named = users.slice(0, NAMED_USERS).map(({ connectionName }) => `"${connectionName}"`);
  const more = users.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

function toAccount({ id, family, name, ref, version }: Selectable<AccountsTable>): Account {
  // The table's check lets in no other family.
  return { id, family: family as AccountFamily, name, ref: fromJson(ref), version };
}
