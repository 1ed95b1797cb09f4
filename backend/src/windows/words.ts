import { type CalendarRules, WEEKDAYS, type Weekday, type WeeklyOpening } from '../domain/calendar.ts';
import type { Opening } from './openings.ts';

const NAMES: Readonly<Record<Weekday, string>> = {
  mon: 'Mondays',
  tue: 'Tuesdays',
  wed: 'Wednesdays',
  thu: 'Thursdays',
  fri: 'Fridays',
  sat: 'Saturdays',
  sun: 'Sundays',
};
const DAY_MINUTES = 24 * 60;
const FAR_MS = 300 * 86_400_000;

/** `Saturdays and Sundays 02:00–04:00 Europe/Berlin` */
export function rulesInWords({ openings, zone }: Pick<CalendarRules, 'openings' | 'zone'>): string {
  return `${listed(openings.map(openingInWords))} ${zone}`;
}

function openingInWords({ days, start, minutes }: WeeklyOpening): string {
  const [hours = 0, rest = 0] = start.split(':').map(Number);
  const end = hours * 60 + rest + minutes;
  const later = Math.floor(end / DAY_MINUTES);
  const after = later === 0 || end === DAY_MINUTES ? '' : later === 1 ? ' the next day' : ` ${later} days later`;
  return `${daysInWords(days)} ${start}–${end === DAY_MINUTES ? '24:00' : wallTime(end % DAY_MINUTES)}${after}`;
}

function daysInWords(days: readonly Weekday[]): string {
  const chosen = WEEKDAYS.filter((day) => days.includes(day));
  if (chosen.length === 7) return 'every day';
  if (chosen.join() === 'mon,tue,wed,thu,fri') return 'Mondays to Fridays';
  return listed(chosen.map((day) => NAMES[day]));
}

function wallTime(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `Sat 28 Nov 02:00`, on the wall clock of `zone`; with the year when it is far from `now`. */
export function momentInWords(at: Date, zone: string, now: Date): string {
  const far = Math.abs(at.getTime() - now.getTime()) > FAR_MS;
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(far ? { year: 'numeric' } : {}),
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  const date = [part('weekday'), part('day'), part('month'), ...(far ? [part('year')] : [])].join(' ');
  return `${date} ${part('hour')}:${part('minute')}`;
}

/** `Sat 28 Nov 02:00–04:00`, or both dates when it ends on another one. */
export function openingWords({ start, end }: Opening, zone: string, now: Date): string {
  const [from, to] = [momentInWords(start, zone, now), momentInWords(end, zone, now)];
  const sameDay = from.slice(0, -5) === to.slice(0, -5);
  return sameDay ? `${from}–${to.slice(-5)}` : `${from} – ${to}`;
}

/** `a, b and c` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
