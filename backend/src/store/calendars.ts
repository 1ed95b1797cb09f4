import type { CalendarRules } from '../domain/calendar.ts';

/** When work is allowed, for every connection whose policy names it. */
export interface StoredCalendar extends CalendarRules {
  readonly id: number;
  /** Unlike that of any other calendar. */
  readonly name: string;
  /** What the iCalendar address gave last; null when the rules have no address. */
  readonly copy: ICalendarCopy | null;
  /** ISO 8601 */
  readonly createdAt: string;
  /** 1 at first, one more with each update. */
  readonly version: number;
}

export interface ICalendarCopy {
  readonly text: string;
  /** ISO 8601, when `text` was read. */
  readonly readAt: string;
  /** Why the last attempt to read it again failed; null when it did not. */
  readonly trouble: string | null;
  /** ISO 8601, when it was last tried. */
  readonly triedAt: string;
}

export type NewCalendar = Omit<StoredCalendar, 'id' | 'createdAt' | 'version'>;

export interface CalendarTable {
  /** In the order of their ids. */
  all(): Promise<readonly StoredCalendar[]>;
  get(id: number): Promise<StoredCalendar | undefined>;
  /**
   * The id is never used again, not even after `remove`.
   *
   * @throws AppError CONFLICT when another calendar has the name.
   */
  insert(calendar: NewCalendar): Promise<StoredCalendar>;
  /**
   * Replaces everything but `createdAt`, and returns what is stored now, with the next version.
   *
   * @throws AppError CONFLICT when `calendar.version` is not the stored one, or another calendar has the name; NOT_FOUND
   */
  update(calendar: StoredCalendar): Promise<StoredCalendar>;
  /**
   * Replaces the copy and leaves the version as it is. Does nothing when `version` is not the stored one: the copy is then of
   * another address.
   */
  keepCopy(id: number, version: number, copy: ICalendarCopy): Promise<void>;
  /** @throws AppError NOT_FOUND */
  remove(id: number): Promise<void>;
}
