import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CalendarRules, WEEKDAYS } from '../../../domain/calendar.ts';
import { openSpans } from '../../../windows/occurrences.ts';
import { isEmergency, leaps, WallClock } from './wall-clock.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

function rules(change: Partial<CalendarRules>): CalendarRules {
  return { zone: 'Europe/Berlin', openings: [], freezes: [], iCalendar: null, ...change };
}

function opensOn(day: (typeof WEEKDAYS)[number], start: string, minutes: number, zone = 'Europe/Berlin') {
  const of = rules({ zone, openings: [{ days: [day], start, minutes }] });
  const clock = new WallClock(zone);
  return (at: string) => clock.isOpen(of, Date.parse(at));
}

/** What is expected stands in almanacs, and was not computed by the product. */
describe('the clock on the wall', () => {
  it('skips from 02:00 to 03:00 in Berlin on 28 March 2027: an opening at 02:30 begins at 03:00', () => {
    const isOpen = opensOn('sun', '02:30', 60);

    expect(isOpen('2027-03-28T00:59:59Z')).toBe(false);
    expect(isOpen('2027-03-28T01:00:00Z')).toBe(true);
    expect(isOpen('2027-03-28T01:59:59Z')).toBe(true);
    expect(isOpen('2027-03-28T02:00:00Z')).toBe(false);
  });

  it('shows 02:30 twice in Berlin on 31 October 2027: an opening at 02:30 begins the first time, once', () => {
    const isOpen = opensOn('sun', '02:30', 30);

    expect(isOpen('2027-10-31T00:30:00Z')).toBe(true);
    expect(isOpen('2027-10-31T00:59:59Z')).toBe(true);
    expect(isOpen('2027-10-31T01:30:00Z')).toBe(false);
  });

  it('skips 02:00 in New York on 14 March 2027, and shows 01:30 twice on 7 November 2027', () => {
    const isOpen = opensOn('sun', '01:30', 120, 'America/New_York');

    expect(isOpen('2027-03-14T06:30:00Z')).toBe(true);
    expect(isOpen('2027-03-14T08:29:59Z')).toBe(true);
    expect(isOpen('2027-03-14T08:30:00Z')).toBe(false);
    expect(isOpen('2027-11-07T05:30:00Z')).toBe(true);
    expect(isOpen('2027-11-07T07:29:59Z')).toBe(true);
    expect(isOpen('2027-11-07T07:30:00Z')).toBe(false);
  });

  it('leaps when almanacs say', () => {
    const year = [Date.parse('2027-01-01T00:00:00Z'), Date.parse('2028-01-01T00:00:00Z')] as const;

    expect(leaps('Europe/Berlin', ...year).map((at) => new Date(at).toISOString())).toEqual([
      '2027-03-28T01:00:00.000Z',
      '2027-10-31T01:00:00.000Z',
    ]);
    expect(leaps('America/New_York', ...year).map((at) => new Date(at).toISOString())).toEqual([
      '2027-03-14T07:00:00.000Z',
      '2027-11-07T06:00:00.000Z',
    ]);
    expect(leaps('Asia/Tokyo', ...year)).toEqual([]);
  });

  it('is frozen from the first to the last instant of the days of a freeze', () => {
    const freezes = [{ from: '2026-12-20', to: '2026-12-26', reason: 'Change freeze' }];
    const openings = [{ days: ['sat' as const], start: '22:00', minutes: 300 }];
    const clock = new WallClock('Europe/Berlin');
    const isOpen = (at: string) => clock.isOpen(rules({ openings, freezes }), Date.parse(at));

    expect(isOpen('2026-12-19T22:59:59Z')).toBe(true);
    expect(isOpen('2026-12-19T23:00:00Z')).toBe(false);
    expect(isOpen('2026-12-26T22:59:59Z')).toBe(false);
    expect(isOpen('2026-12-26T23:00:00Z')).toBe(true);
  });

  it('counts the days that are left as an emergency only where it is automatic', () => {
    const end = '2027-01-10T00:00:00.000Z';
    const at = Date.parse('2027-01-03T00:00:00.000Z');

    expect(isEmergency({ daysLeft: 7, mode: 'automatic' }, end, at)).toBe(true);
    expect(isEmergency({ daysLeft: 7, mode: 'automatic' }, end, at - 1)).toBe(false);
    expect(isEmergency({ daysLeft: 7, mode: 'ask' }, end, at)).toBe(false);
    expect(isEmergency(null, end, at)).toBe(false);
  });
});

describe('for any rule and instant', () => {
  const anOpening = fc.record({
    days: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1, maxLength: 3 }),
    start: fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 29, 30, 59))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`),
    minutes: fc.integer({ min: 15, max: 36 * 60 }),
  });
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago'] as const;
  const clocks = new Map(zones.map((zone) => [zone, new WallClock(zone)]));
  const changes = zones.flatMap((zone) =>
    leaps(zone, Date.parse('2027-01-01T00:00:00Z'), Date.parse('2028-01-01T00:00:00Z')).map((leap) => ({ zone, leap })),
  );

  it('it agrees with the arithmetic of calendars, around every change of the clock', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.array(anOpening, { minLength: 1, maxLength: 2 }),
        fc.integer({ min: -3 * 24 * 60, max: 3 * 24 * 60 }),
        ({ zone, leap }, openings, minute) => {
          const at = leap + minute * MINUTE_MS;
          const spans = openSpans(
            { zone, openings, freezes: [], events: null },
            { start: at - 8 * DAY_MS, end: at + DAY_MS },
          );

          const isOpen = spans.some(({ start, end }) => start <= at && at < end);

          expect(clocks.get(zone)?.isOpen(rules({ zone, openings }), at)).toBe(isOpen);
        },
      ),
      { numRuns: 300 },
    );
  });
});
