import { runInNewContext } from 'node:vm';
import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';
import { AppError } from '../domain/errors.ts';
import type { Span } from './spans.ts';
import { instantOf, isZone, startOfDay } from './zone.ts';

/** An event of an iCalendar file, once for each time it recurs. */
export interface EventSpan extends Span {
  readonly reason: string;
}

/** Recurrences of one event to look through, from its first on. */
const MOST_RECURRENCES = 10_000;
/** Milliseconds for one file. */
const PATIENCE_MS = 2_000;

interface Range extends Span {
  /** Of the calendar: where its days begin, and what a time without zone is meant in. */
  readonly zone: string;
}

/**
 * The events of `text` (RFC 5545) that touch the range, cancelled ones excepted. Times are understood in their own zone:
 * an IANA name by what Node.js knows of it, any other by the VTIMEZONE of the file.
 *
 * @throws AppError INVALID_SETTINGS when it is no iCalendar file, or cannot be worked out in reasonable time.
 */
export function eventsIn(text: string, range: Range): readonly EventSpan[] {
  return understood(() => calendarOf(text).flatMap((event) => spansOf(event, range)));
}

/** @throws AppError INVALID_SETTINGS when it is no iCalendar file. */
export function countEvents(text: string): number {
  return understood(() => calendarOf(text).length);
}

function understood<T>(work: () => T): T {
  try {
    return interruptible(work);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const words = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw refused(`The file cannot be read: ${words}`, cause);
  }
}

/**
 * ical.js looks for ever for the next date of a rule that has none (`FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30`), and such a file may come
 * from anywhere. The timeout of a vm script ends whatever the script calls: https://nodejs.org/docs/latest-v20.x/api/vm.html
 */
function interruptible<T>(work: () => T): T {
  const results: T[] = [];
  const failures: unknown[] = [];
  const run = () => {
    try {
      results.push(work());
    } catch (cause) {
      failures.push(cause);
    }
  };
  try {
    runInNewContext('run()', { run }, { timeout: PATIENCE_MS });
  } catch (cause) {
    throw refused('An event of the file recurs by a rule that does not come to an end.', cause);
  }
  const [result] = results;
  if (result === undefined) throw failures[0];
  return result;
}

function calendarOf(text: string): readonly ICAL.Event[] {
  if (!/^\uFEFF?\s*BEGIN:VCALENDAR/i.test(text)) throw refused('It does not begin with BEGIN:VCALENDAR.');
  const parsed: unknown[] = ICAL.parse(text.replace(/^\uFEFF?\s*/, ''));
  // Several calendars in one file are a list of lists.
  const roots = (Array.isArray(parsed[0]) ? parsed : [parsed]) as unknown[][];
  return roots.flatMap((root) => eventsOf(new ICAL.Component(root)));
}

/** Changed recurrences (RECURRENCE-ID) belong to the event with the same UID. */
function eventsOf(calendar: ICAL.Component): readonly ICAL.Event[] {
  const all = calendar
    .getAllSubcomponents('vevent')
    .filter((component) => component.hasProperty('dtstart') && !isCancelled(component));
  const changed = all.filter((component) => component.hasProperty('recurrence-id'));
  const main = all.filter((component) => !component.hasProperty('recurrence-id'));
  const uids = new Set(main.map(uidOf));
  const events = main.map((component) => {
    const exceptions = changed.filter((one) => uidOf(one) === uidOf(component));
    return new ICAL.Event(component, { exceptions, strictExceptions: false });
  });
  const orphans = changed.filter((component) => !uids.has(uidOf(component)));
  return [...events, ...orphans.map((component) => new ICAL.Event(component))];
}

function uidOf(component: ICAL.Component): string {
  return String(component.getFirstPropertyValue('uid') ?? '');
}

function isCancelled(component: ICAL.Component): boolean {
  return (
    !component.hasProperty('recurrence-id') &&
    String(component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED'
  );
}

function spansOf(event: ICAL.Event, range: Range): readonly EventSpan[] {
  const occurrences = event.isRecurring() ? recurrences(event, range) : [{ item: event, ...boundsOf(event) }];
  return occurrences
    .filter(({ item }) => !isCancelledChange(item))
    .map(({ item, startDate, endDate }) => ({
      start: instant(startDate, zoneOf(item, range)),
      end: instant(endDate, zoneOf(item, range)),
      reason: item.summary?.trim() || 'a freeze without a title',
    }))
    .filter(({ start, end }) => end > range.start && start < range.end);
}

/** What a time of the event is meant in that ical.js finds no zone for: the file may name one without describing it. */
function zoneOf({ component }: ICAL.Event, { zone }: Range): string {
  const named = component.getFirstProperty('dtstart')?.getFirstParameter('tzid');
  return named !== undefined && isZone(named) ? named : zone;
}

function isCancelledChange({ component }: ICAL.Event): boolean {
  return String(component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED';
}

interface Occurrence {
  readonly item: ICAL.Event;
  readonly startDate: ICAL.Time;
  readonly endDate: ICAL.Time;
}

/** Without an end: the whole day that it begins on, or no time at all (RFC 5545, section 3.6.1). */
function boundsOf(event: ICAL.Event): Pick<Occurrence, 'startDate' | 'endDate'> {
  return { startDate: event.startDate, endDate: event.endDate };
}

function recurrences(event: ICAL.Event, range: Range): readonly Occurrence[] {
  const found: Occurrence[] = [];
  const iterator = event.iterator();
  for (let count = 0; ; count += 1) {
    const next = iterator.next();
    if (!next || instant(next, zoneOf(event, range)) >= range.end) return found;
    if (count >= MOST_RECURRENCES)
      throw refused(`"${event.summary}" recurs more than ${MOST_RECURRENCES} times until then.`);
    const { item, startDate, endDate } = event.getOccurrenceDetails(next);
    found.push({ item, startDate, endDate });
  }
}

function instant(time: ICAL.Time, zone: string): number {
  const { year, month, day, hour, minute, second } = time;
  if (time.isDate) return startOfDay(Temporal.PlainDate.from({ year, month, day }), zone);
  const own = time.zone?.tzid ?? 'floating';
  if (own === 'UTC') return Date.UTC(year, month - 1, day, hour, minute, second);
  const local = Temporal.PlainDateTime.from({ year, month, day, hour, minute, second });
  if (own === 'floating') return instantOf(local, zone);
  return isZone(own) ? instantOf(local, own) : time.toUnixTime() * 1000;
}

function refused(why: string, cause?: unknown): AppError {
  return new AppError('INVALID_SETTINGS', `iCalendar: ${why}`, { cause });
}
