import type { CalendarRules } from '../../../domain/calendar.ts';
import type { StoredCalendar } from '../../../store/calendars.ts';

/** Each begins or ends in the middle of a night that is open by the weekly rule. */
const CHRISTMAS = [
  { from: '2026-12-20', to: '2027-01-05', reason: 'Change freeze' },
  { from: '2027-12-19', to: '2028-01-05', reason: 'Change freeze' },
];
const EASTER = [{ from: '2027-03-26', to: '2027-03-29', reason: 'Holidays' }];

/**
 * By their ids: the nights of weekends, in two of which the clock leaps; a night hour that clocks skip or repeat; and early
 * mornings.
 */
export const CALENDARS: Readonly<Record<number, CalendarRules>> = {
  1: {
    zone: 'Europe/Berlin',
    openings: [{ days: ['sat'], start: '22:00', minutes: 300 }],
    freezes: CHRISTMAS,
    iCalendar: null,
  },
  2: {
    zone: 'America/New_York',
    openings: [{ days: ['sun'], start: '01:30', minutes: 120 }],
    freezes: [],
    iCalendar: null,
  },
  3: {
    zone: 'Australia/Sydney',
    openings: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '02:15', minutes: 90 }],
    freezes: EASTER,
    iCalendar: null,
  },
};

/** As the store would hold it. */
export function storedCalendar(id: number): StoredCalendar | undefined {
  const rules = CALENDARS[id];
  if (!rules) return undefined;
  return { ...rules, id, name: `Calendar ${id}`, copy: null, createdAt: '2026-01-01T00:00:00.000Z', version: 1 };
}
