import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { Kysely, Migrator } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { migrations } from '../migrations/index.ts';
import type { Digester } from '../overview.ts';
import { correctMode, FILE_MODE, FOLDER_MODE } from '../private-files.ts';
import type { Store } from '../store.ts';
import { completeOverview } from './complete-overview.ts';
import { sqliteDialect } from './dialect.ts';
import { PLAIN_DIGESTER } from './overview-rows.ts';
import { StoreScope } from './scope.ts';
import { Sealer } from './seal.ts';
import { storeOver } from './store.ts';
import type { Tables } from './tables.ts';

export interface StoreOptions {
  /** Made when it is not there, mode 0600. `:memory:` lasts as long as the store. */
  readonly file: string;
  readonly masterKey: Secret;
  readonly clock: Clock;
  /** Without one, lists know connections by name only. */
  readonly digester?: Digester;
}

/** Milliseconds to wait for another process that writes. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws AppError VAULT_KEY_MISMATCH or SCHEMA_NEWER, having changed nothing; INVALID_SETTINGS when the file cannot
 *   be opened or is no database, or the master key is malformed.
 */
export async function openStore({ file, masterKey, clock, digester = PLAIN_DIGESTER }: StoreOptions): Promise<Store> {
  const { db, database, sealer } = await openTables({ file, masterKey });
  try {
    await completeOverview(db, digester);
  } catch (error) {
    database.close();
    throw error;
  }
  return storeOver(new StoreScope(db), clock, sealer, digester);
}

/** The tables themselves, for what works on the store as a whole. Errors are those of `openStore`. */
export async function openTables({ file, masterKey }: Pick<StoreOptions, 'file' | 'masterKey'>): Promise<OpenTables> {
  const sealer = new Sealer(masterKey);
  if (file !== ':memory:') await preparePrivately(file);
  const database = openDatabase(file);
  const db = new Kysely<Tables>({ dialect: sqliteDialect(database) });
  try {
    refuseNewerSchema(database, file);
    refuseOtherKey(database, file, sealer.keyId);
    setPragmas(database);
    await migrate(db, database);
  } catch (error) {
    database.close();
    throw error;
  }
  return { db, database, sealer };
}

interface OpenTables {
  readonly db: Kysely<Tables>;
  readonly database: Database;
  readonly sealer: Sealer;
}

/** True when the database at `file` holds secrets, which only its master key can open. Changes nothing. */
export function holdsSealedSecrets(file: string): boolean {
  return keyIdIn(file) !== null;
}

/** True when the database at `file` holds secrets, and `masterKey` opens them. Changes nothing. */
export function isSealedWith(file: string, masterKey: Secret): boolean {
  return keyIdIn(file) === new Sealer(masterKey).keyId;
}

function keyIdIn(file: string): string | null {
  if (!existsSync(file)) return null;
  const database = openDatabase(file, { readonly: true });
  try {
    return sealedWith(database);
  } finally {
    database.close();
  }
}

/** SQLite gives -wal and -shm the permissions of the database file, so that file is there before SQLite makes it. */
async function preparePrivately(file: string): Promise<void> {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: FOLDER_MODE });
    closeSync(openSync(file, 'a', FILE_MODE));
  } catch (cause) {
    throw unusable(file, cause);
  }
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    if (existsSync(path)) await correctMode(path, FILE_MODE);
  }
}

function openDatabase(file: string, options: { readonly?: boolean } = {}): Database {
  try {
    const database = new SqliteDatabase(file, { ...options, timeout: BUSY_TIMEOUT_MS });
    // The first access tells whether it is a database.
    database.pragma('schema_version');
    return database;
  } catch (cause) {
    throw unusable(file, cause);
  }
}

function unusable(file: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError('INVALID_SETTINGS', `The database ${file} cannot be opened (${why}).`, { cause });
}

function refuseNewerSchema(database: Database, file: string): void {
  if (!hasTable(database, 'kysely_migration')) return;
  const applied = database.prepare<[], string>('select name from kysely_migration').pluck().all();
  const unknown = applied.find((name) => !(name in migrations));
  if (unknown === undefined) return;
  throw new AppError(
    'SCHEMA_NEWER',
    `The database ${file} has the schema "${unknown}", which this version does not know.`,
  );
}

function refuseOtherKey(database: Database, file: string, keyId: string): void {
  const stored = sealedWith(database);
  if (stored === null || stored === keyId) return;
  throw new AppError(
    'VAULT_KEY_MISMATCH',
    `The secrets in ${file} were sealed with another master key than the one given.`,
  );
}

function sealedWith(database: Database): string | null {
  if (!hasTable(database, 'vault_key')) return null;
  return database.prepare<[], string>('select key_id from vault_key').pluck().get() ?? null;
}

function hasTable(database: Database, name: string): boolean {
  const query = database.prepare("select 1 from sqlite_schema where type = 'table' and name = ?");
  return query.get(name) !== undefined;
}

function setPragmas(database: Database): void {
  database.pragma('journal_mode = wal');
  database.pragma('synchronous = full');
  database.pragma('foreign_keys = on');
  // KiB. Lists of 10,000 connections are read whole; the default of 2 MB has them read from the file each time.
  database.pragma('cache_size = -32768');
}

/** What an earlier version wrote is copied beside it first: `certferry.sqlite.before-002-watches`. */
async function migrate(db: Kysely<Tables>, database: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const pending = (await migrator.getMigrations()).filter(({ executedAt }) => executedAt === undefined);
  const [first] = pending;
  const isNew = pending.length === Object.keys(migrations).length;
  if (first && !isNew && !database.memory) await keepAsItWas(database, `${database.name}.before-${first.name}`);
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

async function keepAsItWas(database: Database, copy: string): Promise<void> {
  await preparePrivately(copy);
  await database.backup(copy);
}
