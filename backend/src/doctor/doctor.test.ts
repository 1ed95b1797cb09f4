import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../config/config.ts';
import { readSecrets } from '../config/secrets.ts';
import { Secret } from '../domain/secret.ts';
import { BackupRecord } from '../monitoring/backup-record.ts';
import { type Beat, keepBeat } from '../notify/beat-record.ts';
import { systemClock } from '../plugins/clock.ts';
import { createAccountsDir } from '../store/accounts-dir.ts';
import { openStore } from '../store/kysely/open.ts';
import { newMasterKey } from '../store/master-key.ts';
import { examine } from './doctor.ts';
import { examineMachine } from './machine.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const log = { debug() {}, info() {}, warn() {}, error() {} };

let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-doctor-'));
  env = {
    CERTFERRY_DATA_DIR: join(folder, 'data'),
    CERTFERRY_ACCOUNTS_DIR: join(folder, 'accounts'),
    CERTFERRY_PORT: '0',
    CERTFERRY_HTTPS: 'off',
    // Nobody answers there.
    CERTFERRY_RESOLVERS: '127.0.0.1:9',
  };
});
afterEach(() => rm(folder, { recursive: true }));

/** As a daemon leaves it that has run once. */
async function install({
  event = false,
  backedUp = true,
  beat = null,
}: {
  readonly event?: boolean;
  readonly backedUp?: boolean;
  readonly beat?: Beat | null;
} = {}): Promise<void> {
  const config = readConfig(env);
  const { masterKey } = await readSecrets(env, config);
  await createAccountsDir(config.accountsDir);
  await using store = await openStore({ file: config.databaseFile, masterKey, clock: systemClock });
  await store.vault.put('cucm', { plugin: 'vos', fields: { password: new Secret('a-password') } });
  if (event) await store.events.append([{ type: 'connection.created', connectionId: 1 }]);
  if (beat) await keepBeat(store.settings, beat);
  const made = { name: 'n', at: new Date().toISOString(), bytes: 1 };
  if (backedUp) await new BackupRecord(store, systemClock).succeeded(made);
}

async function doctor(clock = systemClock) {
  await using found = await examine({ config: readConfig(env), env, clock, log, signal: new AbortController().signal });
  return Object.fromEntries(found.findings.map((finding) => [finding.id, finding]));
}

test.each([
  ['is not set', null, null, 'skipped', /nobody notices/],
  ['was never sent', 'https://hc.example.com/x', null, 'warn', /never/],
  ['arrived', 'https://hc.example.com/x', { minutes: 3, trouble: null }, 'ok', /3 minutes ago/],
  ['is late', 'https://hc.example.com/x', { minutes: 60, trouble: null }, 'warn', /60 minutes ago/],
  ['does not arrive', 'https://hc.example.com/x', { minutes: 3, trouble: 'No route.' }, 'warn', /No route\./],
])('a heartbeat that %s', async (_, url, beat, outcome, words) => {
  if (url) env.CERTFERRY_HEARTBEAT_URL = url;
  await install({ beat: beat && { ...beat, at: new Date(Date.now() - beat.minutes * 60_000).toISOString() } });

  const { heartbeat } = await doctor();

  expect(heartbeat).toMatchObject({ outcome, answer: expect.stringMatching(words) });
});

function change(statement: string): void {
  const database = new SqliteDatabase(join(folder, 'data/certferry.sqlite'));
  database.exec(statement);
  database.close();
}

test('a sound installation whose daemon is stopped', async () => {
  await install({ event: true });
  const before = await readdir(folder, { recursive: true });

  const findings = await doctor();

  const outcomes = Object.fromEntries(Object.entries(findings).map(([id, { outcome }]) => [id, outcome]));
  expect(outcomes).toMatchObject({
    'folders.data': 'ok',
    'folders.accounts': 'ok',
    daemon: 'warn',
    'database.integrity': 'ok',
    'database.schema': 'ok',
    'vault.key': 'ok',
    'vault.secrets': 'ok',
    'clock.database': 'ok',
    'dns.resolver.127.0.0.1:9': 'block',
  });
  expect(findings.daemon?.answer).toContain('does not run');
  expect(findings['backup.last']).toMatchObject({
    outcome: 'warn',
    answer: expect.stringContaining('in the data folder itself'),
  });
  expect((await readdir(folder, { recursive: true })).filter((name) => !/-(?:wal|shm)$/.test(name))).toEqual(before);
});

test('nothing is there yet, and nothing is made', async () => {
  const findings = await doctor();

  expect(findings['folders.data']).toMatchObject({
    outcome: 'block',
    todo: expect.stringContaining('the first start makes it'),
  });
  expect(findings['database.integrity']).toMatchObject({
    outcome: 'warn',
    answer: expect.stringContaining('there is none'),
  });
  expect(findings['vault.key-file']).toMatchObject({ outcome: 'block' });
  expect(await readdir(folder)).toEqual([]);
});

describe('what is wrong is found', () => {
  test.each<[string, string, object, () => Promise<void>]>([
    [
      'another master key',
      'vault.key',
      { outcome: 'block' },
      async () => {
        await writeFile(join(folder, 'data/master.key'), newMasterKey().reveal());
      },
    ],
    ['no master key', 'vault.key-file', { outcome: 'block' }, () => rm(join(folder, 'data/master.key'))],
    [
      'a secret that was changed',
      'vault.secrets',
      { outcome: 'block', answer: '1 of 1 were changed outside certferry' },
      async () => change('update vault set sealed = zeroblob(length(sealed))'),
    ],
    [
      'a newer schema',
      'database.schema',
      { outcome: 'block' },
      async () => change("insert into kysely_migration values ('999-future', '2030')"),
    ],
    [
      'a database that is none',
      'database.integrity',
      { outcome: 'block' },
      () => writeFile(join(folder, 'data/certferry.sqlite'), 'no database'.repeat(99)),
    ],
    [
      'events of the future',
      'clock.database',
      { outcome: 'block' },
      async () => change("insert into events (at, event) values ('2999-01-01T00:00:00.000Z', '{}')"),
    ],
    [
      'a failed backup',
      'backup.last',
      { outcome: 'block', answer: expect.stringContaining('disk full') },
      async () =>
        change(
          `update settings set value = '{"made":null,"failed":{"at":"2026","message":"disk full"}}' where name = 'backup.last'`,
        ),
    ],
    [
      'files open to others',
      'folders.accounts',
      { outcome: 'warn', answer: expect.stringContaining('is open to other users') },
      async () => {
        await mkdir(join(folder, 'accounts/issuers/ca'), { mode: 0o700 });
        await writeFile(join(folder, 'accounts/issuers/ca/account.key'), 'x');
        await chmod(join(folder, 'accounts/issuers/ca/account.key'), 0o644);
      },
    ],
  ])('%s', async (_what, id, expected, spoil) => {
    await install();
    await spoil();

    expect((await doctor())[id]).toMatchObject({ ...expected, todo: expect.any(String) });
  });

  test('a port that somebody else has', async () => {
    const other = createServer((_req, res) => res.end('{}')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    env = { ...env, CERTFERRY_PORT: String((other.address() as AddressInfo).port) };

    const { daemon } = await doctor();
    other.close();

    expect(daemon).toMatchObject({ outcome: 'block', answer: expect.stringContaining('not certferry') });
  });

  test('an old Node.js, proxies that nobody uses, an unknown time zone', async () => {
    const set = { HTTPS_PROXY: 'http://proxy:3128', TZ: 'Europe/Nowhere' };

    const findings = await examineMachine(readConfig(env), set, { version: 'v20.18.1', now: NOW });

    const outcomes = Object.fromEntries(findings.map(({ id, outcome }) => [id, outcome]));
    expect(outcomes).toMatchObject({ 'machine.node': 'block', 'machine.proxies': 'warn', 'machine.time-zone': 'warn' });
    expect(JSON.stringify(findings)).not.toContain('3128');
  });

  test.each([
    ['v23.1.0', 'warn', 'a release without long support'],
    ['v20.20.2', 'warn', 'whose weaknesses are not mended since 2026-04-30'],
    ['v24.11.0', 'ok', 'supported until 2028-04-30'],
    ['v28.0.0', 'ok', 'v28.0.0'],
  ])('Node.js %s: %s', async (version, outcome, words) => {
    const [node] = await examineMachine(readConfig(env), {}, { version, now: NOW });

    expect(node).toMatchObject({ outcome, answer: expect.stringContaining(words) });
  });
});
