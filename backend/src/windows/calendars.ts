import type { CalendarRules, ICalendarSource } from '../domain/calendar.ts';
import { AppError } from '../domain/errors.ts';
import type { HttpFactory } from '../plugins/http.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import type { ICalendarCopy, StoredCalendar } from '../store/calendars.ts';
import type { CalendarEvent } from '../store/events.ts';
import type { Connection, Store } from '../store/store.ts';
import { checkOpens, checkRules } from './check.ts';
import { readFeed } from './feed.ts';
import { eventsIn } from './icalendar.ts';
import { type Calendar, HORIZON_MS } from './occurrences.ts';
import { listed } from './words.ts';

/** A calendar as a person describes it. */
export interface CalendarInput extends CalendarRules {
  readonly name: string;
}

interface CalendarsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly http: HttpFactory;
  /** Called after the openings of a calendar became others. */
  readonly onChange: () => void;
}

/** Adding, changing, removing and trying calendars, and reading their iCalendar addresses. */
export class Calendars {
  readonly #deps: CalendarsDeps;

  constructor(deps: CalendarsDeps) {
    this.#deps = deps;
  }

  /**
   * The rules with what their iCalendar source says now. Stores nothing. With the id of a stored calendar, its copy serves where
   * the same address cannot be read.
   *
   * @throws AppError INVALID_SETTINGS when they are impossible.
   */
  async try(input: CalendarRules, id: number | null, signal: AbortSignal): Promise<Tried> {
    const rules = tidied(input);
    checkRules(rules);
    const known = id === null ? undefined : await this.#deps.store.calendars.get(id);
    const copy = await this.#copyFor(rules, known, signal);
    checkOpens(calendarOf({ ...rules, copy }), this.#deps.clock.now());
    return { ...rules, copy };
  }

  /** @throws AppError INVALID_SETTINGS; CONFLICT when the name is taken */
  async add(input: CalendarInput, signal: AbortSignal): Promise<StoredCalendar> {
    const name = input.name.trim();
    const tried = await this.try(input, null, signal);
    return this.#deps.store.transaction(async (tx) => {
      const calendar = await tx.calendars.insert({ ...tried, name });
      await tx.events.append([{ type: 'calendar.created', calendarId: calendar.id, name }]);
      return calendar;
    });
  }

  /** @throws AppError NOT_FOUND; CONFLICT when somebody else changed it since `version`; INVALID_SETTINGS */
  async change(id: number, version: number, input: CalendarInput, signal: AbortSignal): Promise<StoredCalendar> {
    const name = input.name.trim();
    const tried = await this.try(input, id, signal);
    const changed = await this.#deps.store.transaction(async (tx) => {
      const current = await existingCalendar(tx, id);
      const calendar = await tx.calendars.update({ ...current, ...tried, name, version });
      const news = feedNews(calendar, current.copy, tried.copy);
      await tx.events.append([{ type: 'calendar.changed', calendarId: id, name }, ...news]);
      return calendar;
    });
    this.#deps.onChange();
    return changed;
  }

  /** @throws AppError NOT_FOUND; CONFLICT while connections use it */
  remove(id: number): Promise<void> {
    return this.#deps.store.transaction(async (tx) => {
      const { name } = await existingCalendar(tx, id);
      const users = await connectionsUsing(tx, id);
      if (users.length > 0) {
        const names = listed(users.map((user) => `"${user.name}"`));
        throw new AppError('CONFLICT', `The calendar "${name}" is used by ${names}. Choose another one there first.`);
      }
      await tx.calendars.remove(id);
      await tx.events.append([{ type: 'calendar.removed', calendarId: id, name }]);
    });
  }

  /** Reads every iCalendar address again. What cannot be read stays as it was, and is told once. */
  async refresh(signal: AbortSignal): Promise<void> {
    for (const calendar of await this.#deps.store.calendars.all()) {
      if (calendar.iCalendar?.kind === 'url') await this.#refreshOne(calendar, calendar.iCalendar, signal);
    }
  }

  async #refreshOne(
    calendar: StoredCalendar,
    source: Extract<ICalendarSource, { kind: 'url' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, log } = this.#deps;
    const { id, version, copy: before } = calendar;
    const copy = await this.#read(source, calendar.zone, before, signal);
    await store.transaction(async (tx) => {
      await tx.calendars.keepCopy(id, version, copy);
      await tx.events.append(feedNews(calendar, before, copy));
    });
    if (copy.trouble !== null) log.warn({ calendarId: id, reason: copy.trouble }, 'iCalendar address not read');
    if (copy.text !== before?.text) this.#deps.onChange();
  }

  async #copyFor(
    { iCalendar, zone }: CalendarRules,
    known: StoredCalendar | undefined,
    signal: AbortSignal,
  ): Promise<ICalendarCopy | null> {
    if (iCalendar?.kind !== 'url') return null;
    const same = known?.iCalendar?.kind === 'url' && known.iCalendar.url === iCalendar.url;
    return this.#read(iCalendar, zone, same ? known.copy : null, signal);
  }

  /** @throws AppError INVALID_SETTINGS when it cannot be read, and never was. */
  async #read(
    source: Extract<ICalendarSource, { kind: 'url' }>,
    zone: string,
    before: ICalendarCopy | null,
    signal: AbortSignal,
  ): Promise<ICalendarCopy> {
    const { clock, http } = this.#deps;
    const start = clock.now().getTime();
    const now = clock.now().toISOString();
    try {
      const text = await readFeed(source, http, signal);
      // What cannot be worked out is found out now, and not in the night of a restart.
      eventsIn(text, { start, end: start + HORIZON_MS, zone });
      return { text, readAt: now, triedAt: now, trouble: null };
    } catch (err) {
      signal.throwIfAborted();
      if (before === null) throw err;
      return { ...before, triedAt: now, trouble: AppError.from(err).message };
    }
  }
}

/** Whether its address can be read, when that became otherwise. */
function feedNews(
  { id: calendarId, name }: Pick<StoredCalendar, 'id' | 'name'>,
  before: ICalendarCopy | null,
  after: ICalendarCopy | null,
): readonly CalendarEvent[] {
  const [was, is] = [before?.trouble ?? null, after?.trouble ?? null];
  if (was !== null && is === null) return [{ type: 'calendar.fresh', calendarId, name }];
  if (was !== null || !after || is === null) return [];
  const message = `The iCalendar address of "${name}" cannot be read, so what it gave ${after.readAt.slice(0, 10)} counts: ${is}`;
  return [{ type: 'calendar.stale', calendarId, name, message }];
}

/** Rules that were found good, with the copy of their iCalendar address. */
export interface Tried extends CalendarRules {
  readonly copy: ICalendarCopy | null;
}

/** The rules with the text that counts now, for the arithmetic. */
export function calendarOf({ zone, openings, freezes, iCalendar, copy }: Tried): Calendar {
  return { zone, openings, freezes, events: iCalendar?.kind === 'text' ? iCalendar.text : (copy?.text ?? null) };
}

/** Whoever only reads calendars. */
export interface CalendarStore {
  readonly calendars: Pick<Store['calendars'], 'get'>;
}

/** @throws AppError NOT_FOUND */
export async function existingCalendar(store: CalendarStore, id: number): Promise<StoredCalendar> {
  const calendar = await store.calendars.get(id);
  if (!calendar) throw new AppError('NOT_FOUND', `There is no calendar ${id}.`);
  return calendar;
}

/** The connections whose policy names it: the group that it is for. */
export async function connectionsUsing(store: Store, id: number): Promise<readonly Connection[]> {
  const connections = await store.connections.all();
  return connections.filter(({ policy }) => policy.renewalCalendar === id || policy.restartCalendar === id);
}

/** Addresses of calendar programs begin with webcal: and mean https: */
function tidied({ zone, openings, freezes, iCalendar }: CalendarRules): CalendarRules {
  const trimmed = iCalendar?.kind === 'url' ? { ...iCalendar, url: iCalendar.url.trim() } : iCalendar;
  const source = trimmed?.kind === 'url' ? { ...trimmed, url: trimmed.url.replace(/^webcals?:/i, 'https:') } : trimmed;
  return { zone: zone.trim(), openings, freezes, iCalendar: source };
}
