import { expect, test } from 'vitest';
import type { ActivationAction } from '../appliances/driver.ts';
import type { Windows } from '../windows/stored-openings.ts';
import type { Facts, RestartPermission } from './facts.ts';
import { beforeHandOver, type HandOver, recordsOf } from './restart-by-install.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const OPENS = new Date('2026-11-22T22:00:00Z');
const CLOSES = new Date('2026-11-23T02:00:00Z');

const BY_ITSELF: ActivationAction = {
  id: 'ise1/ISE application server',
  node: 'ise1',
  service: 'ISE application server',
  impact: 'no node for 20 minutes',
  endpoints: [],
  expectedSeconds: 900,
  typedConfirmation: true,
  beginsWithInstall: true,
};
const PHONES: ActivationAction = { ...omit(BY_ITSELF), id: 'cucm/Cisco CallManager', node: 'cucm' };

function omit({ beginsWithInstall: _, ...action }: ActivationAction): ActivationAction {
  return action;
}

interface Stage {
  readonly plan?: readonly ActivationAction[];
  readonly now?: Date;
  readonly calendar?: number | null;
  readonly released?: boolean;
  readonly early?: boolean;
  readonly permission?: RestartPermission;
  readonly activation?: Facts['activation'];
}

async function ask({ plan = [BY_ITSELF], now = NOW, calendar = 1, released = false, early = false, ...facts }: Stage) {
  const opening = { start: now < OPENS ? OPENS : now, end: CLOSES };
  const open = now >= OPENS;
  const windows: Partial<Windows> = {
    look: async (calendarId) => ({
      ...{ calendarId, name: 'Nights', zone: 'UTC', open, opening },
      words: open ? 'is open' : 'opens at 22:00',
    }),
    next: async () => null,
  };
  let kept = facts.permission;
  const keep = async (part: { permission?: RestartPermission }) => {
    kept = part.permission;
  };
  const ctx = { appliance: {}, clock: { now: () => now }, windows, released, early, keep, note: async () => {} };
  const target = { restartCalendar: calendar, activation: 'automatic', emergency: null };
  const handOver = { target, plan, ...facts } as unknown as HandOver;
  const rest = await beforeHandOver(handOver, ctx as unknown as Parameters<typeof beforeHandOver>[1]);
  return { rest, kept };
}

test('a person types the name of a node that restarts by itself', async () => {
  const { rest } = await ask({});

  expect(rest).toMatchObject({
    kind: 'hold',
    confirm: 'ise1',
    ask: expect.stringMatching(/installing it restarts.*the old one cannot be put back/),
  });
});

test('then the restart window is waited for, and nothing is asked again when it opens', async () => {
  const { rest, kept } = await ask({ released: true });
  const later = await ask({ now: OPENS, ...(kept ? { permission: kept } : {}) });

  expect(rest).toMatchObject({ kind: 'wait', until: OPENS });
  expect(later.rest).toBeNull();
});

test('a person may go on outside of the window', async () => {
  const { rest } = await ask({ early: true, permission: { asked: null, allowed: 'in-window' } });

  expect(rest).toBeNull();
});

test('without a calendar the typed name is enough', async () => {
  expect((await ask({ released: true, calendar: null })).rest).toBeNull();
});

test('a restart of which nobody has to be told waits for the window alone', async () => {
  const { typedConfirmation: _, ...quiet } = BY_ITSELF;

  expect((await ask({ plan: [quiet] })).rest).toMatchObject({ kind: 'wait', until: OPENS });
  expect((await ask({ plan: [quiet], now: OPENS })).rest).toBeNull();
});

test('where phones reset the name is typed, and the window is for the restart after the hand-over', async () => {
  expect((await ask({ plan: [PHONES] })).rest).toMatchObject({
    confirm: 'cucm',
    ask: expect.stringContaining('phones'),
  });
  expect((await ask({ plan: [PHONES], released: true })).rest).toBeNull();
});

test('what was handed over already is asked for no more, whatever the window says', async () => {
  const activation = recordsOf([BY_ITSELF, PHONES], NOW);

  expect(activation).toMatchObject([{ action: { id: BY_ITSELF.id }, accepted: false, done: false }]);
  expect((await ask({ activation })).rest).toBeNull();
});

test.each([{ plan: [] }, { plan: [omit({ ...BY_ITSELF })].map(({ typedConfirmation: _, ...action }) => action) }])(
  'nothing is asked for %j',
  async ({ plan }) => {
    expect((await ask({ plan })).rest).toBeNull();
  },
);
