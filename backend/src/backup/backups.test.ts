import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { systemClock } from '../plugins/clock.ts';
import { openStore } from '../store/kysely/open.ts';
import { newMasterKey } from '../store/master-key.ts';
import { Backups } from './backups.ts';
import { folderTarget } from './folder-target.ts';
import type { BackupTarget } from './target.ts';

const masterKey = newMasterKey();
let folder: string;
let today: Date;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-backups-'));
  today = new Date('2026-11-22T02:40:00Z');
  await mkdir(join(folder, 'accounts'));
  await using _store = await openStore({ file: databaseFile(), masterKey, clock: systemClock });
});
afterEach(() => rm(folder, { recursive: true }));

const databaseFile = () => join(folder, 'certferry.sqlite');
const kept = () => folderTarget(join(folder, 'backups'));

function backupsTo(target: BackupTarget): Backups {
  return new Backups({
    dataDir: folder,
    databaseFile: databaseFile(),
    accountsDir: join(folder, 'accounts'),
    masterKey,
    target,
    keep: 2,
    clock: { ...systemClock, now: () => today },
    log: pino({ level: 'silent' }),
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

test('removes nothing old when the new one cannot be read back, and leaves nothing behind', async () => {
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

  expect(await sound.list()).toHaveLength(3);
  expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
});
