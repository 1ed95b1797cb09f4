import { type Zone, zone } from './zone.ts';

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const MINUTE = 60_000;
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
/** Further than this from now, a time of day needs its date. */
const FAR_MS = 20 * 3_600_000;

const CLOCK = { hour: '2-digit', minute: '2-digit' } as const;
const DATE = { day: 'numeric', month: 'short', year: 'numeric' } as const;
const SECONDS = { second: '2-digit' } as const;
const NAMED = { timeZoneName: 'short' } as const;

/** `22 Nov 2026, 13:05:10 CET · 2026-11-22 12:05:10 UTC`, in whichever zone times are written; once where both are the same. */
export function exact(at: string): string {
  const here = written(at, { ...DATE, ...CLOCK, ...SECONDS, ...NAMED }, 'local');
  return here.endsWith('UTC') ? here : `${here} · ${at.slice(0, 19).replace('T', ' ')} UTC`;
}

/** `14:20 CET`, or with the date when it is not within 20 hours. */
export function clockTime(at: string): string {
  return written(at, { ...(isFar(at) ? DATE : {}), ...CLOCK, ...NAMED });
}

/** `14:20:05`, or with the date when it is not within 20 hours. */
export function timeOfDay(at: string): string {
  return written(at, { ...(isFar(at) ? DATE : {}), ...CLOCK, ...SECONDS });
}

/** `22 Nov 2026` */
export function dateOf(at: string): string {
  return written(at, DATE);
}

/** `14:20`, or the date alone when it is not within 20 hours. */
export function dayOrTime(at: string): string {
  return written(at, isFar(at) ? DATE : CLOCK);
}

/** `CET`, or `UTC`: the name of the zone in which times are written. */
export function zoneName(of: Zone = zone()): string {
  const parts = formatter(NAMED, of).formatToParts(new Date());
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
}

function isFar(at: string): boolean {
  return Math.abs(Date.parse(at) - Date.now()) > FAR_MS;
}

function written(at: string, options: Intl.DateTimeFormatOptions, of: Zone = zone()): string {
  return formatter(options, of).format(new Date(at));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making one takes long enough to be felt in a long table. A laptop that travels changes its zone meanwhile. */
function formatter(options: Intl.DateTimeFormatOptions, of: Zone): Intl.DateTimeFormat {
  const key = JSON.stringify([of, new Date().getTimezoneOffset(), options]);
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', of === 'utc' ? { ...options, timeZone: 'UTC' } : options);
  formatters.set(key, made);
  return made;
}

/** `difference` in milliseconds, negative for what is over. */
export function ago(difference: number): string {
  const [unit, size] = UNITS.find(([, length]) => Math.abs(difference) >= length) ?? ['minute', MINUTE];
  const value = Math.trunc(difference / size);
  if (value === 0) return difference > 0 ? 'in a moment' : 'just now';
  return relative.format(value, unit);
}
