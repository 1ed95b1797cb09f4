import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { systemClock } from '../plugins/clock.ts';
import { openStore } from '../store/kysely/open.ts';
import { newMasterKey } from '../store/master-key.ts';
import type { Store } from '../store/store.ts';
import { readArchive } from './archive.ts';
import { Backups, type BackupsDeps } from './backups.ts';
import { folderTarget } from './folder-target.ts';
import { removeLeftovers } from './leftovers.ts';
import type { BackupTarget } from './target.ts';

const masterKey = newMasterKey();
let folder: string;
let today: Date;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-backups-'));
  today = new Date('2026-11-22T02:40:00Z');
  await mkdir(join(folder, 'accounts'));
  store = await openStore({ file: databaseFile(), masterKey, clock: systemClock });
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const databaseFile = () => join(folder, 'certferry.sqlite');
const kept = () => folderTarget(join(folder, 'backups'));

function backupsTo(target: BackupTarget, more: Partial<Pick<BackupsDeps, 'settings' | 'record'>> = {}): Backups {
  return new Backups({
    databaseFile: databaseFile(),
    accountsDir: join(folder, 'accounts'),
    masterKey,
    target,
    settings: store.settings,
    keep: 2,
    clock: { ...systemClock, now: () => today },
    log: pino({ level: 'silent' }),
    ...more,
  });
}

async function runOn(backups: Backups, day: string): Promise<void> {
  today = new Date(`${day}T02:40:00Z`);
  await backups.run();
}

test('keeps the newest, and lists them first', async () => {
  const backups = backupsTo(kept());

  for (const day of ['2026-11-22', '2026-11-23', '2026-11-24']) await runOn(backups, day);

  expect((await backups.list()).map(({ at }) => at.slice(0, 10))).toEqual(['2026-11-24', '2026-11-23']);
});

test('gives two who ask at once the same archive', async () => {
  const backups = backupsTo(kept());

  const [first, second] = await Promise.all([backups.run(), backups.run()]);

  expect(second).toBe(first);
});

test('neither shows, gives away nor removes what another installation keeps at the same place', async () => {
  await using elsewhere = await openStore({ file: ':memory:', masterKey, clock: systemClock });
  const [here, there] = [backupsTo(kept()), backupsTo(kept(), { settings: elsewhere.settings })];

  await runOn(there, '2026-11-22');
  for (const day of ['2026-11-22', '2026-11-23', '2026-11-24']) await runOn(here, day);

  const [other] = await there.list();
  expect(other?.at).toBe('2026-11-22T02:40:00.000Z');
  expect((await here.list()).map(({ at }) => at.slice(8, 10))).toEqual(['24', '23']);
  await expect(here.fetch(other?.name ?? '', join(folder, 'copy'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('goes on with the archives of the same database after a restart', async () => {
  await runOn(backupsTo(kept()), '2026-11-22');
  await runOn(backupsTo(kept()), '2026-11-23');

  expect(await backupsTo(kept()).list()).toHaveLength(2);
});

test('of an archive that cannot be read back nothing is left, and nothing old is removed', async () => {
  const target = kept();
  const sound = backupsTo(target);
  await runOn(sound, '2026-11-20');
  await runOn(sound, '2026-11-21');
  const lossy = backupsTo({
    ...target,
    get: async (name) => {
      throw new AppError('NOT_FOUND', `There is no backup ${name}.`);
    },
  });

  await expect(runOn(lossy, '2026-11-22')).rejects.toMatchObject({ code: 'NOT_FOUND' });

  expect((await sound.list()).map(({ at }) => at.slice(8, 10))).toEqual(['21', '20']);
  expect(await readdir(join(folder, 'backups'))).toHaveLength(2);
  expect((await readdir(join(folder, 'accounts'))).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('works with account keys in the folder of accounts alone, and keeps nothing of its work in the archive', async () => {
  const target = kept();
  await mkdir(join(folder, 'accounts/issuers'));
  await writeFile(join(folder, 'accounts/issuers/account.key'), 'PRIVATE');
  await mkdir(join(folder, 'accounts/before-restore-20260101T000000Z'));
  const seen: string[] = [];
  const look = async () => seen.push(...(await readdir(folder, { recursive: true })));
  const watched = backupsTo({
    ...target,
    put: (name, file) => look().then(() => target.put(name, file)),
    get: (name, file) =>
      target
        .get(name, file)
        .then(look)
        .then(() => {}),
  });

  const { name } = await watched.run();
  await target.get(name, join(folder, 'fetched.age'));
  await mkdir(join(folder, 'unpacked'));
  await readArchive(join(folder, 'fetched.age'), masterKey, join(folder, 'unpacked'));

  expect(seen.some((path) => /^accounts\/\.backing-up-\w+\/certferry-/.test(path))).toBe(true);
  expect(seen.filter((path) => path.endsWith('account.key') && !path.startsWith('accounts/'))).toEqual([]);
  expect(await readdir(join(folder, 'unpacked/accounts'))).toEqual(['issuers']);
});

test('ends what it makes when it is told to, and does not call that a failure', async () => {
  const record = { succeeded: vi.fn(), failed: vi.fn() };
  const began = new EventEmitter();
  const backups = backupsTo(
    {
      ...kept(),
      put: async (_name, _file, signal) => {
        began.emit('put');
        await once(signal ?? new EventTarget(), 'abort');
        signal?.throwIfAborted();
      },
    },
    { record },
  );
  const putting = once(began, 'put');
  const running = backups.run();
  await putting;

  await Promise.all([backups[Symbol.asyncDispose](), expect(running).rejects.toMatchObject({ code: 'BACKUP_FAILED' })]);

  expect([record.succeeded.mock.calls, record.failed.mock.calls]).toEqual([[], []]);
  expect(await readdir(join(folder, 'accounts'))).toEqual([]);
});

test('what a killed one left is removed, and nothing else', async () => {
  for (const path of ['accounts/.backing-up-x1/read-back', 'accounts/issuers', '.fetching-x2', '.restoring-x3'])
    await mkdir(join(folder, path), { recursive: true });

  await removeLeftovers([folder, join(folder, 'accounts'), join(folder, 'missing')], pino({ level: 'silent' }));

  expect(await readdir(join(folder, 'accounts'))).toEqual(['issuers']);
  expect((await readdir(folder)).filter((name) => !name.startsWith('certferry.sqlite'))).toEqual(['accounts']);
});
