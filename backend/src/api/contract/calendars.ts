import { z } from 'zod';
import { type CalendarRules, WEEKDAYS } from '../../domain/calendar.ts';
import type { StoredCalendar } from '../../store/calendars.ts';
import type { CalendarInput } from '../../windows/calendars.ts';
import type { Forecast } from '../../windows/forecast.ts';

/** Only the form is checked here; what a rule means is judged by windows/check.ts, in sentences. */

const opening = z.strictObject({
  days: z.array(z.enum(WEEKDAYS)),
  start: z.string(),
  minutes: z.number(),
});

const freeze = z.strictObject({
  from: z.string(),
  to: z.string(),
  reason: z.string().trim().min(1, 'Say why.').max(200),
});

const iCalendar = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('url'),
    url: z.string().trim().min(1, 'Give the address of the iCalendar file.').max(2_000),
    caBundle: z
      .string()
      .nullish()
      .transform((pem) => pem || null),
  }),
  z.strictObject({
    kind: z.literal('text'),
    text: z
      .string()
      .min(1, 'Paste the iCalendar file.')
      .max(200_000, 'More than 200 000 characters: give an address, or fewer events.'),
  }),
]);

const rules = {
  zone: z.string().trim().max(100),
  openings: z.array(opening),
  freezes: z.array(freeze).default([]),
  iCalendar: iCalendar.nullish().transform((source) => source ?? null),
};

export const newCalendar = z.strictObject({
  name: z.string().trim().min(1, 'Give it a name.').max(100),
  ...rules,
}) satisfies z.ZodType<CalendarInput>;

/** `version` is the one that was read: a change that somebody else made meanwhile is not overwritten. */
export const changedCalendar = z.strictObject({ ...newCalendar.shape, version: z.int() });

/** `id` of the calendar that is being changed: its copy serves while its address cannot be read. */
export const calendarPreview = z.strictObject({
  ...rules,
  id: z
    .int()
    .nullish()
    .transform((id) => id ?? null),
}) satisfies z.ZodType<CalendarRules>;

/** An iCalendar address, which may be a secret, is whole for administrators who see all connections; for others it ends after the host. */
export interface CalendarView extends Omit<StoredCalendar, 'copy'>, ForecastView {
  /** Names of the connections whose policy names it, as far as the caller sees them. */
  readonly usedBy: readonly string[];
}

export interface ForecastView extends Forecast {
  /** How the iCalendar address was read; null when there is none. */
  readonly feed: FeedView | null;
}

export interface FeedView {
  /** ISO 8601, when what counts now was read. */
  readonly readAt: string;
  /** ISO 8601, when it was last tried. */
  readonly triedAt: string;
  /** Why the last attempt failed; what was read before counts then. */
  readonly trouble: string | null;
}
