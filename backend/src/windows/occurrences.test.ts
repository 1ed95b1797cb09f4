import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { WEEKDAYS, type WeeklyOpening } from '../domain/calendar.ts';
import { type Calendar, HORIZON_MS, nextOpening, occurrences } from './occurrences.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function calendar(change: Partial<Calendar> = {}): Calendar {
  return {
    zone: 'Europe/Berlin',
    openings: [{ days: ['sat', 'sun'], start: '02:00', minutes: 120 }],
    freezes: [],
    events: null,
    ...change,
  };
}

/** `from/to` in UTC to the minute. */
function found(from: string, change: Partial<Calendar>, number = 3): readonly string[] {
  return occurrences(calendar(change), new Date(from))
    .slice(0, number)
    .map(({ start, end }) => `${start.toISOString().slice(0, 16)}/${end.toISOString().slice(0, 16)}`);
}

describe('occurrences', () => {
  it('come week by week on the wall clock of the zone', () => {
    expect(found('2026-11-22T12:00:00Z', {})).toEqual([
      '2026-11-28T01:00/2026-11-28T03:00',
      '2026-11-29T01:00/2026-11-29T03:00',
      '2026-12-05T01:00/2026-12-05T03:00',
    ]);
  });

  it('begin now when the calendar is open now, and end as they would', () => {
    expect(found('2026-11-28T01:30:00Z', {}, 1)).toEqual(['2026-11-28T01:30/2026-11-28T03:00']);
    expect(found('2026-11-28T03:00:00Z', {}, 1)).toEqual(['2026-11-29T01:00/2026-11-29T03:00']);
  });

  it('cross midnight, the end of a month and of a year', () => {
    const openings = [{ days: ['thu' as const], start: '23:00', minutes: 240 }];

    expect(found('2026-12-31T23:30:00Z', { openings, zone: 'UTC' }, 2)).toEqual([
      '2026-12-31T23:30/2027-01-01T03:00',
      '2027-01-07T23:00/2027-01-08T03:00',
    ]);
  });

  it('are one where two rules touch or overlap', () => {
    const openings: WeeklyOpening[] = [
      { days: ['sat'], start: '22:00', minutes: 120 },
      { days: ['sun'], start: '00:00', minutes: 60 },
      { days: ['sun'], start: '00:30', minutes: 90 },
    ];

    expect(found('2026-11-22T12:00:00Z', { openings, zone: 'UTC' }, 1)).toEqual(['2026-11-28T22:00/2026-11-29T02:00']);
  });

  it('are open all the time but for freezes, when the rule says so', () => {
    const openings = [{ days: [...WEEKDAYS], start: '00:00', minutes: 1500 }];
    const freezes = [{ from: '2026-12-18', to: '2027-01-06', reason: 'Year end' }];

    expect(found('2026-11-22T12:00:00Z', { openings, freezes }, 1)).toEqual(['2026-11-22T12:00/2026-12-17T23:00']);
    expect(found('2026-12-20T12:00:00Z', { openings, freezes }, 1)[0]).toMatch(/^2027-01-06T23:00/);
  });

  it('leave out what is frozen, and keep what is not of an opening', () => {
    const freezes = [
      { from: '2026-11-28', to: '2026-11-28', reason: 'Fair' },
      { from: '2026-12-06', to: '2026-12-06', reason: 'Fair' },
    ];
    const openings = [{ days: ['sat' as const], start: '22:00', minutes: 240 }];

    expect(found('2026-11-22T12:00:00Z', { freezes, openings })).toEqual([
      '2026-11-28T23:00/2026-11-29T01:00',
      '2026-12-05T21:00/2026-12-05T23:00',
      '2026-12-12T21:00/2026-12-13T01:00',
    ]);
  });

  it('are none when a freeze covers 400 days', () => {
    const freezes = [{ from: '2026-01-01', to: '2028-12-31', reason: 'For ever' }];

    expect(nextOpening(calendar({ freezes }), new Date('2026-11-22T00:00:00Z'))).toBeNull();
  });
});

describe('daylight saving time', () => {
  const daily = (start: string, minutes: number) => [{ days: [...WEEKDAYS], start, minutes }];

  it.each([
    // 02:30 does not exist: it begins with the next local time that does, 03:00.
    ['Europe/Berlin', '2026-03-28T12:00:00Z', '02:30', 60, '2026-03-29T01:00/2026-03-29T02:00'],
    ['America/New_York', '2027-03-13T12:00:00Z', '02:15', 60, '2027-03-14T07:00/2027-03-14T08:00'],
    // Half an hour is left out: 02:00 to 02:30.
    ['Australia/Lord_Howe', '2026-10-03T00:00:00Z', '02:10', 30, '2026-10-03T15:30/2026-10-03T16:00'],
    // Midnight does not exist.
    ['Africa/Cairo', '2027-04-29T12:00:00Z', '00:00', 60, '2027-04-29T22:00/2027-04-29T23:00'],
  ])('in %s, where the clock leaps over it: %s', (zone, from, start, minutes, expected) => {
    expect(found(from, { zone, openings: daily(start, minutes) }, 1)).toEqual([expected]);
  });

  it.each([
    // 02:30 exists twice: the first one counts, once, and 60 minutes pass.
    ['Europe/Berlin', '2026-10-24T12:00:00Z', '02:30', 60, '2026-10-25T00:30/2026-10-25T01:30'],
    ['America/New_York', '2026-10-31T12:00:00Z', '01:30', 60, '2026-11-01T05:30/2026-11-01T06:30'],
    ['Australia/Lord_Howe', '2027-04-03T00:00:00Z', '01:45', 60, '2027-04-03T14:45/2027-04-03T15:45'],
  ])('in %s, where the clock goes back: %s', (zone, from, start, minutes, expected) => {
    const [first, second] = occurrences(calendar({ zone, openings: daily(start, minutes) }), new Date(from));

    expect(found(from, { zone, openings: daily(start, minutes) }, 1)).toEqual([expected]);
    expect((second?.start.getTime() ?? 0) - (first?.start.getTime() ?? 0)).toBeGreaterThan(24 * HOUR);
  });

  it.each([
    ['2026-03-28T12:00:00Z', '2026-03-29T00:00/2026-03-29T04:00'],
    ['2026-10-24T12:00:00Z', '2026-10-24T23:00/2026-10-25T03:00'],
  ])('lengthens no opening that lies over a change: %s', (from, expected) => {
    expect(found(from, { openings: daily('01:00', 240) }, 1)).toEqual([expected]);
  });

  it('moves the instant, and not the wall clock, from winter to summer', () => {
    const starts = occurrences(calendar(), new Date('2026-03-20T00:00:00Z')).map(({ start }) => start.toISOString());

    expect(starts).toContain('2026-03-28T01:00:00.000Z');
    // On the 29th 02:00 does not exist.
    expect(starts).toContain('2026-03-29T01:00:00.000Z');
    expect(starts).toContain('2026-04-04T00:00:00.000Z');
  });
});

const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Auckland', 'UTC'];

const anOpening = fc.record({
  days: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1, maxLength: 3 }),
  start: fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`),
  minutes: fc.integer({ min: 1, max: 2 * 24 * 60 }),
});

const aFreeze = fc.tuple(fc.integer({ min: 0, max: 420 }), fc.integer({ min: 0, max: 40 })).map(([from, length]) => {
  const first = Temporal.PlainDate.from('2026-01-01').add({ days: from });
  return { from: first.toString(), to: first.add({ days: length }).toString(), reason: 'Freeze' };
});

const aCalendar = fc.record({
  zone: fc.constantFrom(...ZONES),
  openings: fc.array(anOpening, { minLength: 1, maxLength: 3 }),
  freezes: fc.array(aFreeze, { maxLength: 3 }),
  events: fc.constant(null),
});

const anInstant = fc
  .integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2026-12-31T00:00:00Z') })
  .map((at) => new Date(at));

/** The rule read the other way round: whether a day around `at` has an opening that `at` lies in. */
function isOpen({ zone, openings, freezes }: Calendar, at: number): boolean {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const today = zoned.toPlainDate();
  if (freezes.some(({ from, to }) => from <= today.toString() && today.toString() <= to)) return false;
  return openings.some(({ days, start, minutes }) =>
    [-3, -2, -1, 0, 1].some((offset) => {
      const date = today.add({ days: offset });
      const weekday = WEEKDAYS[date.dayOfWeek - 1];
      if (!weekday || !days.includes(weekday)) return false;
      const begins = firstAt(date, start, zone);
      return at >= begins && at < begins + minutes * MINUTE;
    }),
  );
}

/** Minute by minute through the day: the first instant whose wall clock shows `start` or later. */
function firstAt(date: Temporal.PlainDate, start: string, zone: string): number {
  let at = date.toZonedDateTime(zone);
  const time = Temporal.PlainTime.from(start);
  const guess = at.add({ minutes: Math.max(0, time.hour * 60 + time.minute - 180) });
  if (Temporal.PlainTime.compare(guess.toPlainTime(), time) < 0 && guess.toPlainDate().equals(date)) at = guess;
  while (Temporal.PlainTime.compare(at.toPlainTime(), time) < 0) at = at.add({ minutes: 1 });
  return at.epochMilliseconds;
}

describe('for any calendar', () => {
  const runs = { numRuns: 40 };

  it('occurrences are in order, apart from each other, not over, and begin within 400 days', () => {
    fc.assert(
      fc.property(aCalendar, anInstant, (rules, from) => {
        const all = occurrences(rules, from);

        for (const [index, { start, end }] of all.entries()) {
          const before = all[index - 1];
          expect(start < end).toBe(true);
          expect(start >= from).toBe(true);
          expect(start.getTime() - from.getTime()).toBeLessThan(400 * DAY);
          if (before) expect(before.end < start).toBe(true);
        }
      }),
      runs,
    );
  });

  it('they are open by the rule and the freezes from their first to their last instant, and not just before and after', () => {
    fc.assert(
      fc.property(aCalendar, anInstant, (rules, from) => {
        for (const { start, end } of occurrences(rules, from).slice(0, 4)) {
          const middle = Math.floor((start.getTime() + end.getTime()) / 2);
          expect([start.getTime(), middle, end.getTime() - 1].map((at) => isOpen(rules, at))).toEqual([
            true,
            true,
            true,
          ]);
          // What is open without end is followed for so long, and no longer.
          if (end.getTime() - from.getTime() < HORIZON_MS) expect(isOpen(rules, end.getTime())).toBe(false);
          if (start > from) expect(isOpen(rules, start.getTime() - 1)).toBe(false);
        }
      }),
      runs,
    );
  });

  it('asking later gives the same openings, less what has passed', () => {
    fc.assert(
      fc.property(aCalendar, anInstant, fc.integer({ min: 0, max: 30 * DAY }), (rules, from, later) => {
        const at = new Date(from.getTime() + later);
        const first = occurrences(rules, from).filter(({ end }) => end > at)[0];
        if (!first) return;

        expect(nextOpening(rules, at)).toEqual({ start: first.start < at ? at : first.start, end: first.end });
      }),
      runs,
    );
  });
});
