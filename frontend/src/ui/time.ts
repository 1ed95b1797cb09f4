const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const MINUTE = 60_000;
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const local = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

/** `22 Nov 2026, 13:05:10 local · 2026-11-22 12:05:10 UTC` */
export function exact(at: string): string {
  return `${local.format(new Date(at))} local · ${at.slice(0, 19).replace('T', ' ')} UTC`;
}

/** `14:20`, or with the day when it is not within 20 hours. */
export function clockTime(at: string): string {
  const far = Math.abs(Date.parse(at) - Date.now()) > 20 * 3_600_000;
  return far ? local.format(new Date(at)) : time.format(new Date(at));
}

/** `difference` in milliseconds, negative for what is over. */
export function ago(difference: number): string {
  const [unit, size] = UNITS.find(([, length]) => Math.abs(difference) >= length) ?? ['minute', MINUTE];
  const value = Math.trunc(difference / size);
  if (value === 0) return difference > 0 ? 'in a moment' : 'just now';
  return relative.format(value, unit);
}
