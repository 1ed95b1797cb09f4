import { type Calendar, openSpans } from '../../../windows/occurrences.ts';
import type { Span } from './faults.ts';

const DAY_MS = 86_400_000;

const CHRISTMAS = [
  { from: '2026-12-18', to: '2027-01-05', reason: 'Change freeze' },
  { from: '2027-12-17', to: '2028-01-05', reason: 'Change freeze' },
];

/** By their ids: the nights of weekends, once a week; early mornings; and a night hour that clocks skip or repeat. */
export const CALENDARS: Readonly<Record<number, Calendar>> = {
  1: {
    zone: 'Europe/Berlin',
    openings: [{ days: ['sat'], start: '22:00', minutes: 300 }],
    freezes: CHRISTMAS,
    events: null,
  },
  2: {
    zone: 'America/New_York',
    openings: [{ days: ['sun'], start: '01:30', minutes: 120 }],
    freezes: [],
    events: null,
  },
  3: {
    zone: 'Australia/Sydney',
    openings: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '02:15', minutes: 90 }],
    freezes: [],
    events: null,
  },
};

interface OpenSpan {
  readonly start: number;
  readonly end: number;
}

/** The openings of all calendars, worked out once. */
export class FleetCalendars {
  readonly #spans: ReadonlyMap<number, readonly OpenSpan[]>;

  constructor({ from, to }: Span) {
    const range = { start: from - 30 * DAY_MS, end: to + 400 * DAY_MS };
    this.#spans = new Map(Object.entries(CALENDARS).map(([id, one]) => [Number(id), openSpans(one, range)]));
  }

  /** When it is open next: `now` when it is open; without a calendar, always. */
  opensAt(calendar: number | null, now: number): number {
    if (calendar === null) return now;
    const spans = this.#spans.get(calendar) ?? [];
    let [low, high] = [0, spans.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((spans[middle]?.end ?? 0) > now) high = middle;
      else low = middle + 1;
    }
    return Math.max(spans[low]?.start ?? Number.POSITIVE_INFINITY, now);
  }
}
