import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { AppError } from '../domain/errors.ts';
import { openStore } from '../store/kysely/open.ts';
import { newMasterKey } from '../store/master-key.ts';
import type { Store } from '../store/store.ts';
import { BackupRecord } from './backup-record.ts';

const HOUR_MS = 3_600_000;
let clock: ManualClock;
let store: Store;
let record: BackupRecord;

beforeEach(async () => {
  clock = new ManualClock(new Date(2026, 10, 22, 9, 0));
  store = await openStore({ file: ':memory:', masterKey: newMasterKey(), clock });
  record = new BackupRecord(store, clock);
});
afterEach(() => store[Symbol.asyncDispose]());

const succeed = () => record.succeeded({ name: 'n', at: clock.now().toISOString(), bytes: 12 });

it('has missed none in a new installation', async () => {
  expect(await record.missed('02:40')).toBe(false);
});

it('has missed one that never came, in an installation that is older than the time for it', async () => {
  await store.events.append([{ type: 'schedule.resumed' }]);
  const sameDay = await record.missed('02:40');
  clock.advance(24 * HOUR_MS);

  expect([sameDay, await record.missed('02:40')]).toEqual([false, true]);
});

it('has missed one when the last try, good or bad, was before the time for the next', async () => {
  await succeed();
  const soon = await record.missed('02:40');
  clock.advance(24 * HOUR_MS);
  const nextDay = await record.missed('02:40');
  await record.failed(new AppError('BACKUP_FAILED', 'The disk is full'));

  expect([soon, nextDay, await record.missed('02:40')]).toEqual([false, true, false]);
});

it('tells each end as an event, and keeps the last failure until one succeeds', async () => {
  await record.failed(new AppError('BACKUP_FAILED', 'The disk is full'));
  const failed = await record.read();
  await succeed();

  expect(failed?.failed?.message).toBe('The disk is full');
  expect((await record.read())?.failed).toBeNull();
  expect((await store.events.read({ limit: 9 })).map(({ event }) => event)).toEqual([
    { type: 'backup.failed', message: 'The disk is full' },
    { type: 'backup.made', name: 'n', bytes: 12 },
  ]);
});
