export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** When work is allowed: weekly openings in one time zone, less what is frozen. */
export interface CalendarRules {
  /** IANA: `Europe/Berlin`. */
  readonly zone: string;
  readonly openings: readonly WeeklyOpening[];
  readonly freezes: readonly Freeze[];
  /** Each event of it is a freeze; null for none. */
  readonly iCalendar: ICalendarSource | null;
}

export interface WeeklyOpening {
  /** On which it begins. */
  readonly days: readonly Weekday[];
  /** `HH:MM` on the wall clock of the zone. */
  readonly start: string;
  /** Elapsed, whatever the wall clock does meanwhile; may go past midnight. */
  readonly minutes: number;
}

/** Whole days in the zone of the calendar, the first and the last included. */
export interface Freeze {
  /** `YYYY-MM-DD` */
  readonly from: string;
  /** `YYYY-MM-DD` */
  readonly to: string;
  readonly reason: string;
}

export type ICalendarSource =
  /** `caBundle` (PEM) where the address is served under a private CA. */
  | { readonly kind: 'url'; readonly url: string; readonly caBundle: string | null }
  | {
      readonly kind: 'text';
      readonly text: string;
    };

/** What lifts the windows of a connection when its certificate is about to end. */
export interface EmergencyPolicy {
  /** Days of life that are left in what is served. */
  readonly daysLeft: number;
  /** `ask`: a person says go. `automatic`: it goes on at once. */
  readonly mode: 'ask' | 'automatic';
}
