import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { existing } from '../../backend/src/connections.ts';
import { WEEKDAYS, type Weekday } from '../../backend/src/domain/calendar.ts';
import type { RenewalPolicy } from '../../backend/src/store/store.ts';
import type { CalendarInput } from '../../backend/src/windows/calendars.ts';
import { Journey } from '../support/journey.ts';
import { TravellingClock } from '../support/travelling-clock.ts';

const DAY = 86_400_000;
const TODAY = new Date().setUTCHours(0, 0, 0, 0);
const never = new AbortController().signal;

/** 02:00 UTC in so many days: long enough from now to be waited for. */
function night(days: number): Date {
  return new Date(TODAY + days * DAY + 2 * 3_600_000);
}

function weekday(days: number): Weekday {
  return WEEKDAYS[(night(days).getUTCDay() + 6) % 7] ?? 'mon';
}

const NIGHTS: CalendarInput = {
  name: 'Quiet nights',
  zone: 'UTC',
  openings: [{ days: [weekday(3), weekday(4)], start: '02:00', minutes: 120 }],
  freezes: [],
  iCalendar: null,
};

let clock: TravellingClock;
let journey: Journey;
let calendar: number;

async function setPolicy(policy: Partial<RenewalPolicy>): Promise<void> {
  const { store } = journey.app;
  const current = await existing(store, journey.connection.id);
  await store.connections.update({ ...current, policy: { ...current.policy, ...policy } });
}

/** Renewals before the running test have restarted something as well. */
function restarts(): () => number {
  const before = journey.effects().restarts;
  return () => journey.effects().restarts - before;
}

describe('a restart with a window', () => {
  beforeAll(async () => {
    clock = new TravellingClock(new Date());
    journey = await Journey.start({ overrides: { clock } });
    calendar = (await journey.app.calendars.add(NIGHTS, never)).id;
    await setPolicy({ restartCalendar: calendar });
  });
  afterAll(() => journey[Symbol.asyncDispose]());

  it('has none when everything now was asked for', async () => {
    const id = await journey.app.runner.start(journey.connection.id, 'operator', {
      goal: 'serve',
      activation: 'automatic',
    });
    const row = await journey.app.store.renewals.get(id);
    await journey.app.runner.cancel(id);
    await journey.ended(id);

    expect(row?.facts.target).toMatchObject({ activation: 'automatic', restartCalendar: null });
  });

  it('happens at once when a person goes early', async () => {
    const since = restarts();
    const id = await journey.start();
    await journey.event(id, 'step.waiting');
    expect(since()).toBe(0);

    await journey.app.runner.resume(id);

    const { finished, events } = await journey.ended(id);
    expect(finished.outcome).toBe('verified');
    expect(since()).toBe(1);
    expect(events.map(({ event }) => event.type)).toContain('step.released');
  });

  it('happens at once when the certificate that is served is about to end', async () => {
    await setPolicy({ emergency: { daysLeft: 100, mode: 'automatic' } });
    const since = restarts();
    const id = await journey.start();

    const { finished, events } = await journey.ended(id);

    const told = events.flatMap(({ event }) => (event.type === 'step.noted' ? [event.message] : []));
    expect(told.join('\n')).toMatch(/Less than 100 days are left .* it restarts now, outside of the window/);
    expect(events.map(({ event }) => event.type)).not.toContain('step.waiting');
    expect(finished.outcome).toBe('verified');
    expect(since()).toBe(1);
  });

  it('waits for the opening, also over a restart of the daemon and a change of the calendar, and happens then', async () => {
    await setPolicy({ emergency: null });
    const since = restarts();
    const id = await journey.start();
    const first = await journey.event(id, 'step.waiting');
    await journey.restart();

    const day = night(3).toISOString().slice(0, 10);
    const freezes = [{ from: day, to: day, reason: 'Trade fair' }];
    await journey.app.calendars.change(calendar, 1, { ...NIGHTS, freezes }, never);
    const second = await journey.event(id, 'step.waiting', ({ until }) => until !== first.until);
    const row = await journey.app.store.renewals.get(id);
    expect(since()).toBe(0);
    // The last of these tests: the ACME server and TSIG want the real time.
    clock.travel(night(4));

    const { finished } = await journey.ended(id);
    expect(first.until).toBe(night(3).toISOString());
    expect(first.why).toMatch(
      /^the restart window "Quiet nights" opens \w{3} \d+ \w{3} 02:00 UTC; .*outside of the window/,
    );
    expect(second.until).toBe(night(4).toISOString());
    expect(row?.state).toMatchObject({ at: 'activate.waiting' });
    expect(finished.outcome).toBe('verified');
    expect(since()).toBe(1);
  });
});
