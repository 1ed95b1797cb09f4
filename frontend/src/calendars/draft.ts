import type { CalendarRules, CalendarView, Weekday } from '../api/types.ts';

export const DAYS: readonly { readonly value: Weekday; readonly label: string }[] = [
  { value: 'mon', label: 'Mon' },
  { value: 'tue', label: 'Tue' },
  { value: 'wed', label: 'Wed' },
  { value: 'thu', label: 'Thu' },
  { value: 'fri', label: 'Fri' },
  { value: 'sat', label: 'Sat' },
  { value: 'sun', label: 'Sun' },
];

export type Source = 'none' | 'url' | 'text';

/** A row keeps its fields together while rows come and go. */
export type Row<T> = T & { readonly key: string };
export type OpeningRow = Row<CalendarRules['openings'][number]>;
export type FreezeRow = Row<CalendarRules['freezes'][number]>;

/** A calendar while it is typed. */
export interface CalendarDraft {
  readonly name: string;
  readonly zone: string;
  readonly openings: readonly OpeningRow[];
  readonly freezes: readonly FreezeRow[];
  readonly source: Source;
  readonly url: string;
  readonly caBundle: string;
  readonly text: string;
}

export function emptyCalendar(): CalendarDraft {
  return {
    name: '',
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    openings: [newOpening()],
    freezes: [],
    source: 'none',
    url: '',
    caBundle: '',
    text: '',
  };
}

export function newOpening(): OpeningRow {
  return { key: crypto.randomUUID(), days: ['sat', 'sun'], start: '02:00', minutes: 120 };
}

export function newFreeze(): FreezeRow {
  const today = new Date().toISOString().slice(0, 10);
  return { key: crypto.randomUUID(), from: today, to: today, reason: 'Freeze' };
}

export function calendarDraftOf({ name, zone, openings, freezes, iCalendar }: CalendarView): CalendarDraft {
  return {
    name,
    zone,
    openings: openings.map(keyed),
    freezes: freezes.map(keyed),
    source: iCalendar?.kind ?? 'none',
    url: iCalendar?.kind === 'url' ? iCalendar.url : '',
    caBundle: iCalendar?.kind === 'url' ? (iCalendar.caBundle ?? '') : '',
    text: iCalendar?.kind === 'text' ? iCalendar.text : '',
  };
}

/** What the daemon takes, without the name. It validates; nothing is left out here because it looks wrong. */
export function rulesOf({ zone, openings, freezes, source, url, caBundle, text }: CalendarDraft): CalendarRules {
  const address = { kind: 'url', url, caBundle: caBundle.trim() === '' ? null : caBundle } as const;
  return {
    zone,
    openings: openings.map(({ days, start, minutes }) => ({ days, start, minutes })),
    freezes: freezes.map(({ from, to, reason }) => ({ from, to, reason })),
    iCalendar: source === 'url' ? address : source === 'text' ? { kind: 'text', text } : null,
  };
}

function keyed<T extends object>(row: T): Row<T> {
  return { ...row, key: crypto.randomUUID() };
}
