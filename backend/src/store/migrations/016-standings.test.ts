import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { expect, test } from 'vitest';
import { migrations } from './index.ts';

test('has the summaries made anew, and goes on naming what was removed', async () => {
  const database = new SqliteDatabase(':memory:');
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
  const names = Object.keys(migrations).sort();
  for (const name of names.filter((one) => one < '016')) await migrations[name]?.up(db);
  const add = database.prepare(
    `insert into overview (connection_id, name, product, slot, search, practice, incomplete, automatic, removed)
      values (?, ?, 'vos/cucm', 'tomcat', '', 0, 0, 1, ?)`,
  );
  add.run(1, 'There', 0);
  add.run(2, 'Removed', 1);

  await migrations['016-standings']?.up(db);

  expect(database.prepare('select name from overview').pluck().all()).toEqual(['Removed']);
  await db.destroy();
});
