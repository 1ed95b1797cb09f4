import type { StoredCalendar } from '../store/calendars.ts';
import { type CalendarStore, calendarOf, existingCalendar } from './calendars.ts';
import { frozenBy } from './check.ts';
import { freezeSpans, HORIZON_MS, openSpans } from './occurrences.ts';
import type { Opening, Openings } from './openings.ts';
import type { Span } from './spans.ts';
import { momentInWords } from './words.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** What a calendar says of one instant, with the words for it. */
export interface WindowLook {
  readonly calendarId: number;
  readonly name: string;
  readonly zone: string;
  readonly open: boolean;
  /** The one that is open, or else the next; null when there is none within 400 days. */
  readonly opening: Opening | null;
  /** `opens Sat 28 Nov 02:00 Europe/Berlin`, `is open until …`, `has no opening within 400 days: it is frozen by …` */
  readonly words: string;
}

/** What a restart asks about its window. */
export interface Windows extends Openings {
  /** @throws AppError NOT_FOUND when there is no such calendar. */
  look(calendarId: number, at: Date): Promise<WindowLook>;
}

interface Worked {
  readonly key: string;
  readonly spans: readonly Span[];
}

/** The calendars of the store, read anew for each question; what was worked out is kept while a calendar stays as it is. */
export class StoredOpenings implements Windows {
  readonly #store: CalendarStore;
  readonly #worked = new Map<number, Worked>();

  constructor(store: CalendarStore) {
    this.#store = store;
  }

  async next(calendarId: number, from: Date): Promise<Opening | null> {
    return this.#next(await existingCalendar(this.#store, calendarId), from);
  }

  async look(calendarId: number, at: Date): Promise<WindowLook> {
    const calendar = await existingCalendar(this.#store, calendarId);
    const { name, zone } = calendar;
    const opening = this.#next(calendar, at);
    const open = opening !== null && opening.start <= at;
    return { calendarId, name, zone, open, opening, words: wordsFor(calendar, opening, at) };
  }

  #next(calendar: StoredCalendar, from: Date): Opening | null {
    const at = from.getTime();
    const span = this.#spans(calendar, at).find(({ end }) => end > at);
    if (!span || span.start >= at + HORIZON_MS) return null;
    return { start: new Date(Math.max(span.start, at)), end: new Date(span.end) };
  }

  /** From the beginning of the week that `at` falls into, to the horizon of its end. */
  #spans(calendar: StoredCalendar, at: number): readonly Span[] {
    const start = Math.floor(at / WEEK_MS) * WEEK_MS;
    const key = [calendar.version, calendar.copy?.readAt, start].join(' ');
    const known = this.#worked.get(calendar.id);
    if (known?.key === key) return known.spans;
    const spans = openSpans(calendarOf(calendar), { start, end: start + WEEK_MS + HORIZON_MS });
    this.#worked.set(calendar.id, { key, spans });
    return spans;
  }
}

function wordsFor(calendar: StoredCalendar, opening: Opening | null, at: Date): string {
  const { zone } = calendar;
  if (!opening) {
    return `has no opening within ${HORIZON_MS / DAY_MS} days: ${frozenBy(calendarOf(calendar), at)}`;
  }
  if (opening.start <= at) return `is open until ${momentInWords(opening.end, zone, at)} ${zone}`;
  return `opens ${momentInWords(opening.start, zone, at)} ${zone}${becauseOfFreeze(calendar, at)}`;
}

/** Why it is closed, when that is not the weekly rule. */
function becauseOfFreeze(calendar: StoredCalendar, at: Date): string {
  const now = at.getTime();
  const freeze = freezeSpans(calendarOf(calendar), { start: now, end: now + 1 })[0];
  return freeze && freeze.start <= now ? ` (frozen now: ${freeze.reason})` : '';
}
