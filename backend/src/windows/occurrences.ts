import { Temporal } from 'temporal-polyfill';
import { type CalendarRules, type Freeze, WEEKDAYS, type WeeklyOpening } from '../domain/calendar.ts';
import { eventsIn } from './icalendar.ts';
import type { Opening } from './openings.ts';
import { merged, type Span, without } from './spans.ts';
import { dateIn, instantOf, startOfDay } from './zone.ts';

const DAY_MS = 86_400_000;

/** How far ahead an opening is looked for. A certificate lives shorter than that. */
export const HORIZON_MS = 400 * DAY_MS;

/** The longest opening, in minutes: a week. */
export const LONGEST_MINUTES = 7 * 24 * 60;

/** The rules together with the text that their iCalendar address gave last; null when there is none. */
export interface Calendar extends Omit<CalendarRules, 'iCalendar'> {
  readonly events: string | null;
}

/** A time at which nothing is open, whatever the weekly openings say. */
export interface FreezeSpan extends Span {
  readonly reason: string;
}

/**
 * Every time within 400 days after `from` during which the calendar is open: in order, apart from each other, and with nothing
 * frozen in them. Openings that touch are one. One that is open at `from` begins at `from`.
 *
 * @throws AppError INVALID_SETTINGS when the iCalendar text cannot be read.
 */
export function occurrences(calendar: Calendar, from: Date): readonly Opening[] {
  return openingsWithin(calendar, from.getTime(), HORIZON_MS);
}

/** The first of `occurrences`; null when there is none. */
export function nextOpening(calendar: Calendar, from: Date): Opening | null {
  const start = from.getTime();
  for (const within of NEAR_MS) {
    const [first] = openingsWithin(calendar, start, within);
    // One that reaches the end of what was looked at may go on beyond it.
    if (first && first.end.getTime() < start + within) return first;
  }
  return openingsWithin(calendar, start, HORIZON_MS)[0] ?? null;
}

/** Most calendars open within days: a year is laid out only for those that do not. */
const NEAR_MS = [10 * DAY_MS, 60 * DAY_MS];

function openingsWithin(calendar: Calendar, start: number, withinMs: number): readonly Opening[] {
  return openSpans(calendar, { start, end: start + withinMs }).flatMap((span) =>
    span.end > start ? [{ start: new Date(Math.max(span.start, start)), end: new Date(span.end) }] : [],
  );
}

/** What is open of each opening that begins within `range`, or reaches into it. */
export function openSpans(calendar: Calendar, range: Span): readonly Span[] {
  const weekly = calendar.openings.flatMap((opening) => [...weeklySpans(opening, calendar.zone, range)]);
  const inRange = weekly.filter(({ start, end }) => end > range.start && start < range.end);
  return without(merged(inRange), merged(freezeSpans(calendar, range)));
}

/** All that touch the range, in order. */
export function freezeSpans({ zone, freezes, events }: Calendar, range: Span): readonly FreezeSpan[] {
  // An opening that begins within the range may end after it.
  const wide = { start: range.start, end: range.end + LONGEST_MINUTES * 60_000 };
  const dated = freezes.map((freeze) => datedSpan(freeze, zone));
  const read = events === null ? [] : eventsIn(events, { ...wide, zone });
  return [...dated, ...read]
    .filter(({ start, end }) => end > wide.start && start < wide.end)
    .sort((a, b) => a.start - b.start);
}

function datedSpan({ from, to, reason }: Freeze, zone: string): FreezeSpan {
  const end = Temporal.PlainDate.from(to).add({ days: 1 });
  return { start: startOfDay(Temporal.PlainDate.from(from), zone), end: startOfDay(end, zone), reason };
}

function* weeklySpans({ days, start, minutes }: WeeklyOpening, zone: string, range: Span): Generator<Span> {
  const length = minutes * 60_000;
  const time = Temporal.PlainTime.from(start);
  const last = dateIn(zone, range.end);
  // One day more on each side: a wall clock may leap to the next date.
  let date = dateIn(zone, range.start - length).subtract({ days: 1 });
  while (Temporal.PlainDate.compare(date, last) <= 0) {
    const weekday = WEEKDAYS[date.dayOfWeek - 1];
    if (weekday && days.includes(weekday)) {
      const begins = instantOf(date.toPlainDateTime(time), zone);
      yield { start: begins, end: begins + length };
    }
    date = date.add({ days: 1 });
  }
}
