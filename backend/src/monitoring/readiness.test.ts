import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../plugins/clock.ts';
import { openStore } from '../store/kysely/open.ts';
import { newMasterKey } from '../store/master-key.ts';
import type { Store } from '../store/store.ts';
import { Pulse } from './pulse.ts';
import { readiness } from './readiness.ts';

let store: Store;
let ahead = 0;
const clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };

beforeEach(async () => {
  ahead = 0;
  store = await openStore({ file: ':memory:', masterKey: newMasterKey(), clock });
});
afterEach(() => store[Symbol.asyncDispose]());

function look(pulse: Pulse, seen: Store = store) {
  return readiness({ store: seen, pulse, clock });
}

function beating(): Pulse {
  const pulse = new Pulse(clock);
  pulse.beat();
  return pulse;
}

test('all is well', async () => {
  expect(await look(beating())).toEqual([
    { name: 'database', ok: true, detail: 'answers' },
    { name: 'migrations', ok: true, detail: 'are done' },
    { name: 'vault', ok: true, detail: 'is empty' },
    { name: 'schedule', ok: true, detail: 'runs' },
  ]);
});

test('the schedule has not begun, and later stands still', async () => {
  const pulse = new Pulse(clock);
  const before = await look(pulse);
  pulse.beat();
  ahead = 10 * 60_000;
  const late = await look(pulse);
  ahead = 11 * 60_000 + 1_000;
  const still = await look(pulse);

  expect(before.at(-1)).toMatchObject({ ok: false, detail: 'has not begun' });
  expect(late.at(-1)).toMatchObject({ ok: true });
  expect(still.at(-1)).toMatchObject({ ok: false, detail: 'stands still' });
  expect(pulse.lagMs).toBeGreaterThan(600_000);
});

test('the database is closed', async () => {
  await store[Symbol.asyncDispose]();

  expect((await look(beating())).find(({ ok }) => !ok)).toEqual({
    name: 'database',
    ok: false,
    detail: 'does not answer',
  });
});

test.each([
  [{ pendingMigrations: [], vault: 'damaged' }, 'vault', 'holds a secret that was changed outside certferry'],
  [{ pendingMigrations: [], vault: 'other-key' }, 'vault', 'was sealed with another master key'],
  [{ pendingMigrations: ['999-future'], vault: 'opens' }, 'migrations', 'are missing: 999-future'],
] as const)('of %j it tells what is wrong', async (check, name, detail) => {
  const upkeep = Object.assign(Object.create(store.upkeep), { check: async () => check });
  const seen = { ...store, upkeep };

  expect((await look(beating(), seen)).filter(({ ok }) => !ok)).toEqual([{ name, ok: false, detail }]);
});
