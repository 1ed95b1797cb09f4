import SqliteDatabase from 'better-sqlite3';
import { Kysely, Migrator, sql } from 'kysely';
import { expect, test } from 'vitest';
import { sqliteDialect } from './dialect.ts';

interface Notes {
  notes: { text: string };
}

test('takes the write lock when a transaction begins', async () => {
  const began: string[] = [];
  const db = new Kysely<Notes>({
    dialect: sqliteDialect(new SqliteDatabase(':memory:', { verbose: (statement) => began.push(String(statement)) })),
  });

  await db.transaction().execute((tx) => sql`select 1`.execute(tx));
  await db.destroy();

  expect(began).toEqual(['begin immediate', 'select 1', 'commit']);
});

test('undoes a migration that fails half-way', async () => {
  const database = new SqliteDatabase(':memory:');
  const db = new Kysely<Notes>({ dialect: sqliteDialect(database) });
  const failing = {
    up: async (inner: Kysely<unknown>) => {
      await sql`create table notes (text text)`.execute(inner);
      await sql`nonsense`.execute(inner);
    },
  };

  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => ({ failing }) },
  }).migrateToLatest();

  expect(String(error)).toContain('nonsense');
  expect(database.prepare("select name from sqlite_schema where name = 'notes'").all()).toEqual([]);
  await db.destroy();
});

test('names the full disk as the reason, and works on', async () => {
  const database = new SqliteDatabase(':memory:');
  const db = new Kysely<Notes>({ dialect: sqliteDialect(database) });
  await sql`create table notes (text text)`.execute(db);
  database.pragma('max_page_count = 10');

  const full = db.transaction().execute((tx) =>
    tx
      .insertInto('notes')
      .values({ text: 'x'.repeat(100_000) })
      .execute(),
  );

  await expect(full).rejects.toThrow('database or disk is full');
  await db.transaction().execute((tx) => tx.insertInto('notes').values({ text: 'x' }).execute());
  expect(await db.selectFrom('notes').selectAll().execute()).toEqual([{ text: 'x' }]);
  await db.destroy();
});
