import type { Clock } from '../plugins/plugin.ts';
import { calendarOf, type Tried } from './calendars.ts';
import { occurrences } from './occurrences.ts';
import { openingWords, rulesInWords } from './words.ts';

/** What a calendar comes to, for people. */
export interface Forecast {
  /** `Saturdays and Sundays 02:00–04:00 Europe/Berlin` */
  readonly words: string;
  /** The one that is open now, and those after it: five in all. Empty when nothing opens within 400 days. */
  readonly next: readonly ForecastOpening[];
}

export interface ForecastOpening {
  /** ISO 8601 */
  readonly start: string;
  /** ISO 8601 */
  readonly end: string;
  /** `Sat 28 Nov 02:00–04:00`, on the wall clock of the calendar's zone. */
  readonly words: string;
}

const SHOWN = 5;

export function forecast(rules: Tried, clock: Pick<Clock, 'now'>): Forecast {
  const now = clock.now();
  const next = occurrences(calendarOf(rules), now).slice(0, SHOWN);
  return {
    words: rulesInWords(rules),
    next: next.map((opening) => ({
      start: opening.start.toISOString(),
      end: opening.end.toISOString(),
      words: openingWords(opening, rules.zone, now),
    })),
  };
}
