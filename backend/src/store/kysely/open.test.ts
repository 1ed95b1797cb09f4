import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { Kysely, Migrator } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../domain/secret.ts';
import { systemClock } from '../../plugins/clock.ts';
import { newMasterKey } from '../master-key.ts';
import { migrations } from '../migrations/index.ts';
import type { Store } from '../store.ts';
import { sqliteDialect } from './dialect.ts';
import { holdsSealedSecrets, openStore } from './open.ts';

const PASSWORD = 'a-password-nobody-should-read';

let folder: string;
let file: string;
const masterKey = newMasterKey();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-open-'));
  file = join(folder, 'store.sqlite');
});
afterEach(() => rm(folder, { recursive: true }));

describe('the files', () => {
  test('can be read by their owner alone, also when they were open to others before', async () => {
    const umask = process.umask(0);
    try {
      await writeFile(file, '', { mode: 0o666 });
      await using store = await open();
      await store.settings.put('a', 1);

      expect(await modes()).toEqual({ 'store.sqlite': '600', 'store.sqlite-shm': '600', 'store.sqlite-wal': '600' });
    } finally {
      process.umask(umask);
    }
  });

  test('make their folder with mode 0700', async () => {
    await using store = await open({ file: join(folder, 'a/b/store.sqlite') });
    await store.settings.put('a', 1);

    expect((await stat(join(folder, 'a/b'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700);
  });

  test('hold no secret in clear, while open and after', async () => {
    const store = await open();
    await store.vault.put('cucm', { plugin: 'vos', fields: { password: new Secret(PASSWORD) } });
    await store.vault.put('other', { plugin: 'vos', fields: { password: new Secret(PASSWORD) } });
    const whileOpen = await bytesOfAllFiles();
    await store[Symbol.asyncDispose]();
    const after = await bytesOfAllFiles();

    for (const bytes of [whileOpen, after]) {
      expect(bytes.includes('cucm')).toBe(true);
      expect(bytes.includes(PASSWORD)).toBe(false);
      expect(bytes.includes(Buffer.from(PASSWORD).toString('base64'))).toBe(false);
      expect(bytes.includes(masterKey.reveal())).toBe(false);
      expect(bytes.includes(Buffer.from(masterKey.reveal(), 'base64'))).toBe(false);
    }
  });

  test('use write-ahead logging', async () => {
    await using store = await open();
    await store.settings.put('a', 1);

    expect(query('pragma journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  });
});

describe('opening again', () => {
  test('finds everything after a proper end', async () => {
    await fill(await open(), { close: true });

    await using store = await open();

    expect(await store.settings.get('a')).toBe(1);
    expect((await store.vault.get('cucm'))?.fields.password?.reveal()).toBe(PASSWORD);
    expect(await store.events.latest()).toBe(1);
  });

  test('finds everything after a hard stop', async () => {
    const killed = await open();
    await fill(killed);
    const copy = join(folder, 'copy.sqlite');
    for (const suffix of ['', '-wal']) await copyFile(`${file}${suffix}`, `${copy}${suffix}`);
    await killed[Symbol.asyncDispose]();

    await using store = await open({ file: copy });

    expect(await store.settings.get('a')).toBe(1);
    expect((await store.vault.get('cucm'))?.fields.password?.reveal()).toBe(PASSWORD);
    expect(await store.events.append([{ type: 'connection.changed', connectionId: 1 }])).toMatchObject([{ seq: 2 }]);
  });

  test('refuses a database with a schema of a newer version and leaves it as it is', async () => {
    await fill(await open(), { close: true });
    change("insert into kysely_migration values ('999-future', '2030-01-01T00:00:00.000Z')");
    const before = await readFile(file);

    await expect(open()).rejects.toMatchObject({
      code: 'SCHEMA_NEWER',
      message: `The database ${file} has the schema "999-future", which this version does not know.`,
    });

    expect(await readFile(file)).toEqual(before);
  });

  test('says that a file is no database', async () => {
    await writeFile(file, 'This is a text file, long enough to be looked at as a database.'.repeat(9));

    await expect(open()).rejects.toMatchObject({
      code: 'INVALID_SETTINGS',
      message: `The database ${file} cannot be opened (file is not a database).`,
    });
  });

  test('says that a path cannot be opened', async () => {
    await expect(open({ file: folder })).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });
  });
});

describe('a database of an earlier version', () => {
  test('is brought up to date, and kept as it was beside it', async () => {
    await onlyTheFirstMigration();
    const [first = '', second = ''] = Object.keys(migrations);

    await using store = await open();

    const copy = `${file}.before-${second}`;
    expect(await store.connections.get(1)).toMatchObject({ name: 'Old', policy: { restartCalendar: null } });
    expect(query('select name from kysely_migration order by name')).toHaveLength(Object.keys(migrations).length);
    expect(query('select name from kysely_migration', copy)).toEqual([{ name: first }]);
    expect(query('select name from connections', copy)).toEqual([{ name: 'Old' }]);
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
  });

  test('is not kept again when there is nothing to change, nor when it is new', async () => {
    await (await open())[Symbol.asyncDispose]();
    await (await open())[Symbol.asyncDispose]();

    expect(await readdir(folder)).toEqual(['store.sqlite']);
  });
});

describe('the master key', () => {
  test('refuses another key than that of the first secret and leaves the database as it is', async () => {
    await fill(await open(), { close: true });
    const before = await readFile(file);

    await expect(open({ masterKey: newMasterKey() })).rejects.toMatchObject({
      code: 'VAULT_KEY_MISMATCH',
      message: `The secrets in ${file} were sealed with another master key than the one given.`,
    });

    expect(await readFile(file)).toEqual(before);
    await using store = await open();
    expect((await store.vault.get('cucm'))?.fields.password?.reveal()).toBe(PASSWORD);
  });

  test('may be another as long as there is no secret', async () => {
    await (await open())[Symbol.asyncDispose]();

    await using store = await open({ masterKey: newMasterKey() });

    expect(await store.vault.names()).toEqual([]);
  });

  test('is refused when it is malformed, before a file is made', async () => {
    await expect(open({ masterKey: new Secret('short') })).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });

    expect(await readdir(folder)).toEqual([]);
  });

  test('is asked for only when the database holds secrets', async () => {
    expect(holdsSealedSecrets(file)).toBe(false);
    const store = await open();
    expect(holdsSealedSecrets(file)).toBe(false);

    await fill(store);

    expect(holdsSealedSecrets(file)).toBe(true);
    await store[Symbol.asyncDispose]();
    expect(holdsSealedSecrets(file)).toBe(true);
  });
});

describe('rows that were changed outside certferry', () => {
  test.each([
    [
      'exchanged',
      "update vault set nonce = o.nonce, sealed = o.sealed from vault o where vault.name = 'cucm' and o.name = 'dns'",
    ],
    ['renamed', "update vault set name = 'cucm' where name = 'dns'"],
    ['given to another plugin', "update vault set plugin = 'webhook'"],
    ['given other fields', `update vault set fields = '["username"]'`],
    ['changed', 'update vault set sealed = zeroblob(length(sealed))'],
    ['cut off', "update vault set sealed = x'00'"],
    ['marked with another key', "update vault set key_id = 'other'"],
  ])('are refused when they were %s', async (_how, statement) => {
    const store = await open();
    await fill(store);
    await store.vault.put('dns', { plugin: 'vos', fields: { password: new Secret('of the DNS server') } });
    if (statement.includes("name = 'cucm' where")) await store.vault.remove('cucm');
    await store[Symbol.asyncDispose]();
    change(statement);

    await using reopened = await open();

    await expect(reopened.vault.get('cucm')).rejects.toMatchObject({ code: 'VAULT_DAMAGED' });
  });
});

test('refuses values that are no JSON, and numbers where text belongs', async () => {
  await using store = await open();
  await store.settings.put('a', 1);

  expect(() => change("insert into settings values ('b', '{')")).toThrow('CHECK constraint');
  expect(() => change("insert into events (at, event) values ('now', 'oops')")).toThrow();
  expect(() =>
    change(
      "insert into renewals (id, connection_id, state, machine_version, facts, started_at) values ('a', 'x', '1', 1, '{}', 'now')",
    ),
  ).toThrow('cannot store TEXT value in INTEGER column');
});

function open(change: { file?: string; masterKey?: Secret } = {}): Promise<Store> {
  return openStore({ file, masterKey, clock: systemClock, ...change });
}

async function fill(store: Store, { close = false } = {}): Promise<void> {
  await store.settings.put('a', 1);
  await store.vault.put('cucm', { plugin: 'vos', fields: { password: new Secret(PASSWORD) } });
  await store.events.append([{ type: 'connection.created', connectionId: 1 }]);
  if (close) await store[Symbol.asyncDispose]();
}

function change(statement: string): void {
  const database = new SqliteDatabase(file);
  try {
    database.exec(statement);
  } finally {
    database.close();
  }
}

/** As the first version left it, with a connection that has a policy of that time. */
async function onlyTheFirstMigration(): Promise<void> {
  const [first] = Object.entries(migrations);
  const database = new SqliteDatabase(file);
  const db = new Kysely<unknown>({ dialect: sqliteDialect(database) });
  const provider = { getMigrations: async () => Object.fromEntries(first ? [first] : []) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error) throw error;
  const plugin = '{"plugin":"vos","settings":{},"credential":null}';
  database
    .prepare(
      `insert into connections (name, appliance, slot, dns_names, issuer, dns, dns_rules, policy, created_at, version)
       values ('Old', ?, 'tomcat', '["cucm.example.com"]', ?, ?, '[]', '{"automatic":true,"daysBefore":30}', '2026', 1)`,
    )
    .run(plugin, plugin, plugin);
  await db.destroy();
}

function query(statement: string, of = file): unknown {
  const database = new SqliteDatabase(of, { readonly: true });
  try {
    return database.prepare(statement).all();
  } finally {
    database.close();
  }
}

async function bytesOfAllFiles(): Promise<Buffer> {
  const names = await readdir(folder);
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}

async function modes(): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const entries = names.map(async (name) => [name, ((await stat(join(folder, name))).mode & 0o777).toString(8)]);
  return Object.fromEntries(await Promise.all(entries));
}
