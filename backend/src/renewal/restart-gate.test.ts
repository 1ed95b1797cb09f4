import { describe, expect, it } from 'vitest';
import type { EmergencyPolicy } from '../domain/calendar.ts';
import { AppError } from '../domain/errors.ts';
import type { Opening } from '../windows/openings.ts';
import type { Windows } from '../windows/stored-openings.ts';
import type { RestartPermission } from './facts.ts';
import { RestartGate } from './restart-gate.ts';
import type { Restart } from './restart-window.ts';
import type { StepContext } from './step.ts';

const DAY = 86_400_000;
const NOW = new Date('2026-11-22T12:00:00Z');
const SOON: EmergencyPolicy = { daysLeft: 5, mode: 'ask' };

function inMinutes(minutes: number): Date {
  return new Date(NOW.getTime() + minutes * 60_000);
}

const OPEN = { start: NOW, end: inMinutes(60) };
const LATER = { start: inMinutes(600), end: inMinutes(660) };

interface Stage {
  /** In order; the first is what a look sees. `null`: the calendar is gone. */
  readonly openings?: readonly Opening[] | null;
  readonly activation?: 'ask' | 'automatic';
  readonly emergency?: EmergencyPolicy;
  readonly daysLeft?: number;
  readonly permission?: RestartPermission;
  readonly released?: boolean;
  readonly early?: boolean;
  readonly calendar?: number | null;
  readonly takesKey?: boolean;
}

function stage({ openings = [OPEN], permission, ...given }: Stage) {
  const told: string[] = [];
  let kept = permission;
  const target = {
    restartCalendar: given.calendar === undefined ? 1 : given.calendar,
    activation: given.activation ?? 'automatic',
    emergency: given.emergency ?? null,
  };
  const actions = [{ id: 'pub/Cisco Tomcat', impact: 'no web pages' }];
  const notAfter = new Date(NOW.getTime() + (given.daysLeft ?? 60) * DAY).toISOString();
  const ctx = {
    appliance: given.takesKey ? { key: { kinds: [] } } : {},
    clock: { now: () => NOW },
    windows: windowsOver(openings),
    released: given.released ?? false,
    early: given.early ?? false,
    keep: async (part: { permission?: RestartPermission }) => {
      kept = part.permission;
    },
    note: async (message: string) => void told.push(message),
  };
  const restart = { target, actions, notAfter } as unknown as Restart;
  const gate = new RestartGate(restart, permission, ctx as unknown as StepContext<'permission'>);
  return { gate, told, kept: () => kept };
}

function windowsOver(openings: readonly Opening[] | null): Windows {
  const words = openings?.[0] === OPEN ? 'is open until 13:00' : 'opens Sun 22:00';
  return {
    look: async () => {
      if (openings === null) throw new AppError('NOT_FOUND', 'There is no calendar 1.');
      const opening = openings[0] ?? null;
      return { calendarId: 1, name: 'Nights', zone: 'UTC', open: opening === OPEN, opening, words };
    },
    next: async (_id, from) => openings?.find(({ start }) => start >= from) ?? null,
  };
}

describe('a restart', () => {
  it('goes on where there is no window, and where it is open', async () => {
    expect(await stage({ calendar: null }).gate.rest(600, false)).toBeNull();
    expect(await stage({}).gate.rest(600, false)).toBeNull();
  });

  it('waits for the opening while it is closed, and says what going earlier means', async () => {
    const rest = await stage({ openings: [LATER] }).gate.rest(600, false);

    expect(rest).toEqual({
      kind: 'wait',
      until: LATER.start,
      why: 'the restart window "Nights" opens Sun 22:00; going on earlier restarts outside of the window',
    });
  });

  it('waits for the next opening when the node does not fit into what is left of this one', async () => {
    const { gate } = stage({ openings: [OPEN, LATER] });

    expect(await gate.rest(3_600, true)).toBeNull();
    expect(await gate.rest(3_601, true)).toBeNull();
    const longer = { start: inMinutes(900), end: inMinutes(1_000) };
    const rest = await stage({ openings: [OPEN, LATER, longer] }).gate.rest(3_601, true);
    expect(rest).toMatchObject({
      kind: 'wait',
      until: longer.start,
      why: expect.stringContaining('too short for the next node'),
    });
  });

  it('does not wait for ever for a window that is never long enough', async () => {
    expect(await stage({ openings: [OPEN, LATER] }).gate.rest(86_400, false)).toBeNull();
  });

  it('goes on outside of the window once a person went early', async () => {
    const { gate, kept } = stage({ openings: [LATER], early: true });

    expect(await gate.rest(600, false)).toBeNull();
    expect(kept()).toEqual({ asked: null, allowed: 'at-once' });
  });

  it('says that the certificate ends before the window opens', async () => {
    const rest = await stage({ openings: [LATER], daysLeft: 0.1 }).gate.rest(600, false);

    expect(rest).toMatchObject({
      why: expect.stringContaining('after the certificate ends which is served now (2026-11-22)'),
    });
  });

  it.each([
    ['nothing ever opens', []],
    ['its calendar was deleted', null],
  ])('asks a person when %s', async (_what, openings) => {
    const { gate, kept } = stage({ openings });

    expect(await gate.rest(600, false)).toMatchObject({
      kind: 'hold',
      ask: expect.stringContaining('pub/Cisco Tomcat'),
    });
    expect(kept()?.asked).toBe('at-once');
  });
});

describe('in an emergency', () => {
  it('the restart goes on at once, and tells why, when the policy says automatic', async () => {
    const { gate, told, kept } = stage({
      openings: [LATER],
      daysLeft: 4,
      emergency: { daysLeft: 5, mode: 'automatic' },
    });

    expect(await gate.rest(600, false)).toBeNull();
    expect(told.join()).toMatch(/Less than 5 days .* ends 2026-11-26.*restarts now, outside/);
    expect(kept()?.allowed).toBe('at-once');
  });

  it('a person is asked when the policy says ask, and what they answer counts for all nodes', async () => {
    const first = stage({ openings: [LATER], daysLeft: 4, emergency: SOON });
    const rest = await first.gate.rest(600, false);
    const second = stage({ openings: [LATER], daysLeft: 4, emergency: SOON, permission: asked(first), released: true });

    expect(rest).toMatchObject({
      kind: 'hold',
      ask: expect.stringContaining('Say go to restart now, outside of the window'),
    });
    expect(await second.gate.rest(600, false)).toBeNull();
    expect(await second.gate.rest(600, true)).toBeNull();
  });

  it('is looked for again when it begins, and not only when the window opens', async () => {
    const rest = await stage({ openings: [LATER], daysLeft: 5.1, emergency: SOON }).gate.rest(600, false);

    expect(rest).toMatchObject({
      kind: 'wait',
      until: inMinutes(0.1 * 24 * 60),
      why: expect.stringContaining(
        'with less than 5 days left of what is served it asks somebody before that (2026-11-22)',
      ),
    });
  });

  it('waits for no certificate that still lives long enough', async () => {
    const rest = await stage({ openings: [LATER], daysLeft: 60, emergency: SOON }).gate.rest(600, false);

    expect(rest).toMatchObject({ kind: 'wait', until: LATER.start });
  });
});

describe('where a person allows each restart', () => {
  const ask = { activation: 'ask' } as const;

  it('they are asked before the window is waited for, and told when it opens', async () => {
    const { gate, kept } = stage({ ...ask, openings: [LATER] });

    expect(await gate.rest(600, false)).toMatchObject({
      kind: 'hold',
      ask: expect.stringMatching(/Say go, and it restarts in the restart window "Nights", which opens Sun 22:00:\npub/),
    });
    expect(kept()).toEqual({ asked: 'in-window', allowed: null });
  });

  it.each([
    [
      false,
      /The certificate is installed\. Until its service is restarted.* old certificate; .*cannot be put back.*key/,
    ],
    [
      true,
      /The certificate is installed\. Until its service is restarted.* old certificate; .*would be another restart/,
    ],
  ])('they are told what remains of the old certificate (a host that takes a key: %s)', async (takesKey, words) => {
    const rest = await stage({ ...ask, takesKey }).gate.rest(600, false);

    expect(rest).toMatchObject({ kind: 'hold', ask: expect.stringMatching(words) });
  });

  it('a yes lets it wait for the window, and is not asked for again', async () => {
    const yes = stage({ ...ask, openings: [LATER], permission: { asked: 'in-window', allowed: null }, released: true });

    expect(await yes.gate.rest(600, false)).toMatchObject({ kind: 'wait', until: LATER.start });
    expect(yes.kept()).toEqual({ asked: null, allowed: 'in-window' });
    expect(await stage({ ...ask, permission: asked(yes) }).gate.rest(600, false)).toBeNull();
  });

  it('a yes to the window is no yes to going outside of it in an emergency', async () => {
    const yes = { asked: 'in-window', allowed: null } as const;
    const inHurry = { ...ask, openings: [LATER], daysLeft: 4, emergency: SOON };
    const first = stage({ ...inHurry, permission: yes, released: true });
    const rest = await first.gate.rest(600, false);
    const second = stage({ ...inHurry, permission: asked(first) });

    expect(rest).toMatchObject({ kind: 'wait', until: NOW });
    expect(await second.gate.rest(600, false)).toMatchObject({ kind: 'hold', ask: expect.stringContaining('outside') });
    expect(second.kept()).toEqual({ asked: 'at-once', allowed: 'in-window' });
  });

  it('are asked once when the window is closed and the certificate about to end', async () => {
    const both = { ...ask, openings: [LATER], daysLeft: 4, emergency: SOON };
    const first = stage(both);
    await first.gate.rest(600, false);
    const second = stage({ ...both, permission: asked(first), released: true });

    expect(await second.gate.rest(600, false)).toBeNull();
  });

  it('a yes that was given to an earlier version counts', async () => {
    expect(await stage({ ...ask, calendar: null, released: true }).gate.rest(600, false)).toBeNull();
  });
});

function asked({ kept }: ReturnType<typeof stage>): RestartPermission {
  return kept() ?? { asked: null, allowed: null };
}
