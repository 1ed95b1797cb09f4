import type { CalendarRules, EmergencyPolicy, WeeklyOpening } from '../../../domain/calendar.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** No clock leaps in between: zones change on the quarter of an hour. */
const QUARTER_MS = 15 * MINUTE_MS;

/** No clock leaps further. */
const LEAP_MINUTES = 180;

/**
 * Judges a simulation by what a clock on the wall shows, minute by minute. It shares nothing with the arithmetic of calendars in
 * windows/, so that both must be wrong in the same way for a mistake to pass.
 */
export class WallClock {
  readonly #zone: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();
  readonly #begins = new Map<string, number>();

  constructor(zone: string) {
    this.#zone = zone;
    const two = '2-digit';
    this.#format = new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric' },
      ...{ month: two, day: two, hour: two, minute: two, second: two },
    });
  }

  get zone(): string {
    return this.#zone;
  }

  /** `2027-03-28T01:59` */
  shows(at: number): string {
    return new Date(at + this.#offset(at)).toISOString().slice(0, 16);
  }

  /** By the weekly rule and the freezes; an iCalendar source is not looked at. */
  isOpen({ openings, freezes }: CalendarRules, at: number): boolean {
    const today = this.shows(at).slice(0, 10);
    if (freezes.some(({ from, to }) => from <= today && today <= to)) return false;
    return openings.some((opening) => this.#isIn(opening, today, at));
  }

  #isIn({ days, start, minutes }: WeeklyOpening, today: string, at: number): boolean {
    const back = Math.ceil(minutes / (24 * 60)) + 1;
    for (let ago = -1; ago <= back; ago++) {
      const day = new Date(Date.parse(today) - ago * DAY_MS);
      const weekday = (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const)[day.getUTCDay()];
      if (weekday === undefined || !days.includes(weekday)) continue;
      const begins = this.#firstToShow(`${day.toISOString().slice(0, 10)}T${start}`);
      if (begins <= at && at < begins + minutes * MINUTE_MS) return true;
    }
    return false;
  }

  /** The first minute at which it shows `local`, or more when that time is skipped. */
  #firstToShow(local: string): number {
    const known = this.#begins.get(local);
    if (known !== undefined) return known;
    const guess = Date.parse(`${local}Z`) - this.#offset(Date.parse(`${local}Z`));
    for (let minute = -LEAP_MINUTES; minute <= LEAP_MINUTES; minute++) {
      const at = guess + minute * MINUTE_MS;
      if (this.shows(at) < local) continue;
      this.#begins.set(local, at);
      return at;
    }
    throw new Error(`No clock in ${this.#zone} shows ${local}.`);
  }

  #offset(at: number): number {
    const quarter = Math.floor(at / QUARTER_MS) * QUARTER_MS;
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const part = Object.fromEntries(this.#format.formatToParts(quarter).map(({ type, value }) => [type, value]));
    const { year, month, day, hour, minute, second } = part;
    const offset = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) - quarter;
    this.#offsets.set(quarter, offset);
    return offset;
  }
}

/** Whether so little life is left at `at` that the policy lifts the window. */
export function isEmergency(emergency: EmergencyPolicy | null, notAfter: string, at: number): boolean {
  return emergency?.mode === 'automatic' && (Date.parse(notAfter) - at) / DAY_MS <= emergency.daysLeft;
}

/** The instants between `from` and `to` at which the clock of `zone` leaps, to the minute. */
export function leaps(zone: string, from: number, to: number): readonly number[] {
  const clock = new WallClock(zone);
  const offset = (at: number) => Date.parse(`${clock.shows(at)}Z`) - at;
  const found: number[] = [];
  // Day by day first: no zone leaps there and back within one.
  for (let day = from - (from % DAY_MS); day <= to; day += DAY_MS) {
    if (offset(day) === offset(day + DAY_MS)) continue;
    for (let at = day + QUARTER_MS; at <= day + DAY_MS; at += QUARTER_MS) {
      if (offset(at) !== offset(at - QUARTER_MS) && from < at && at <= to) found.push(at);
    }
  }
  return found;
}
