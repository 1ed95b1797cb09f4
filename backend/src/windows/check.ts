import { Temporal } from 'temporal-polyfill';
import type { CalendarRules, Freeze, WeeklyOpening } from '../domain/calendar.ts';
import { AppError } from '../domain/errors.ts';
import { count } from '../domain/words.ts';
import { countEvents } from './icalendar.ts';
import { type Calendar, freezeSpans, HORIZON_MS, LONGEST_MINUTES, nextOpening } from './occurrences.ts';
import { isZone } from './zone.ts';

const MOST_OPENINGS = 50;
const MOST_FREEZES = 500;

/**
 * Refuses rules that mean nothing, each in a sentence that begins with the field: `openings.0.minutes: …`.
 *
 * @throws AppError INVALID_SETTINGS
 */
export function checkRules({ zone, openings, freezes, iCalendar }: CalendarRules): void {
  if (!isZone(zone))
    throw refused('zone', `There is no time zone "${zone}". Take an IANA name, such as Europe/Berlin.`);
  if (openings.length === 0) throw refused('openings', 'Without an opening nothing would ever happen: add one.');
  if (openings.length > MOST_OPENINGS) throw refused('openings', `At most ${MOST_OPENINGS} are possible.`);
  if (freezes.length > MOST_FREEZES) throw refused('freezes', `At most ${MOST_FREEZES} are possible.`);
  for (const [index, opening] of openings.entries()) checkOpening(opening, `openings.${index}`);
  for (const [index, freeze] of freezes.entries()) checkFreeze(freeze, `freezes.${index}`);
  if (iCalendar?.kind === 'url') checkAddress(iCalendar.url);
  if (iCalendar?.kind === 'text' && countEvents(iCalendar.text) === 0)
    throw refused('iCalendar', 'The file holds no event, so it freezes nothing.');
}

function checkOpening({ days, start, minutes }: WeeklyOpening, field: string): void {
  if (days.length === 0) throw refused(`${field}.days`, 'Choose at least one day.');
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(start))
    throw refused(`${field}.start`, `"${start}" is no time of day. Write it as 02:00, from 00:00 to 23:59.`);
  if (!Number.isInteger(minutes) || minutes < 1)
    throw refused(`${field}.minutes`, 'It would never be open: give at least one whole minute.');
  if (minutes > LONGEST_MINUTES)
    throw refused(`${field}.minutes`, `A week (${LONGEST_MINUTES} minutes) is the longest; it begins again by itself.`);
}

function checkFreeze({ from, to }: Freeze, field: string): void {
  const first = dateOf(from, `${field}.from`);
  const last = dateOf(to, `${field}.to`);
  if (Temporal.PlainDate.compare(first, last) > 0)
    throw refused(`${field}.to`, `The freeze would end (${to}) before it begins (${from}).`);
}

function dateOf(text: string, field: string): Temporal.PlainDate {
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch {
    // Told below.
  }
  throw refused(field, `"${text}" is no date. Write it as 2026-12-31.`);
}

function checkAddress(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:')
    throw refused('iCalendar.url', 'Give an address that begins with https:// or http://.');
  if (parsed.username !== '' || parsed.password !== '')
    throw refused('iCalendar.url', 'An address with a user or a password in it is not taken.');
}

/**
 * Refuses what is never open, and says what is in the way.
 *
 * @throws AppError INVALID_SETTINGS
 */
export function checkOpens(calendar: Calendar, now: Date): void {
  if (nextOpening(calendar, now)) return;
  const days = Math.round(HORIZON_MS / 86_400_000);
  throw refused('openings', `It is never open within ${days} days: ${frozenBy(calendar, now)}.`);
}

/** What freezes it, in a few words. */
export function frozenBy(calendar: Calendar, now: Date): string {
  const start = now.getTime();
  const spans = freezeSpans(calendar, { start, end: start + HORIZON_MS });
  const reasons = [...new Set(spans.map(({ reason }) => `"${reason}"`))];
  if (reasons.length === 0) return 'no opening falls into that time';
  const more = reasons.length > 3 ? ` and ${count(reasons.length - 3, 'more freeze')}` : '';
  return `it is frozen by ${reasons.slice(0, 3).join(', ')}${more}`;
}

export function refused(field: string, why: string): AppError {
  return new AppError('INVALID_SETTINGS', `${field}: ${why}`);
}
