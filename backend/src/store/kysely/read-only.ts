import SqliteDatabase from 'better-sqlite3';
import { Kysely } from 'kysely';
import type { Secret } from '../../domain/secret.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { newMasterKey } from '../master-key.ts';
import { migrations } from '../migrations/index.ts';
import type { Store } from '../store.ts';
import { sqliteDialect } from './dialect.ts';
import { PLAIN_DIGESTER } from './overview-rows.ts';
import { StoreScope } from './scope.ts';
import { Sealer } from './seal.ts';
import { storeOver } from './store.ts';
import type { Tables } from './tables.ts';

export interface ReadOnlyStore extends AsyncDisposable {
  /** Whatever it writes is refused by SQLite. */
  readonly store: Store;
  /** What SQLite says of the file: `ok`, or what is damaged. */
  readonly integrity: string;
  /** Schemas that this version has and the database does not. */
  readonly missing: readonly string[];
  /** Schemas that a newer version made. */
  readonly unknown: readonly string[];
  /** Null: there is nothing sealed. */
  readonly keyFits: boolean | null;
}

/**
 * Opens the database of an installation beside its daemon, or without it, and changes nothing.
 *
 * @throws when there is no such file, or it is no database.
 */
export function openReadOnly({
  file,
  masterKey,
  clock,
}: {
  readonly file: string;
  /** Null: nothing sealed can be opened. */
  readonly masterKey: Secret | null;
  readonly clock: Clock;
}): ReadOnlyStore {
  const database = new SqliteDatabase(file, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    const sealer = new Sealer(masterKey ?? newMasterKey());
    const integrity = String(database.pragma('quick_check(1)', { simple: true }));
    const applied = column(database, 'kysely_migration', 'name');
    const [sealedWith] = column(database, 'vault_key', 'key_id');
    const scope = new StoreScope(new Kysely<Tables>({ dialect: sqliteDialect(database) }));
    const store = storeOver(scope, clock, sealer, PLAIN_DIGESTER);
    return {
      store,
      integrity,
      missing: Object.keys(migrations).filter((name) => !applied.includes(name)),
      unknown: applied.filter((name) => !(name in migrations)),
      keyFits: sealedWith === undefined ? null : masterKey !== null && sealedWith === sealer.keyId,
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** `table` and `name` are our own words. Empty when there is no such table. */
function column(database: SqliteDatabase.Database, table: string, name: string): readonly string[] {
  const known = database.prepare("select 1 from sqlite_schema where type = 'table' and name = ?").get(table);
  return known === undefined ? [] : database.prepare<[], string>(`select ${name} from ${table}`).pluck().all();
}
