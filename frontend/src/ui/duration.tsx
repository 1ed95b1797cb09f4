import { useNow } from './use-now.ts';

/** `0:41`, ticking while `to` is null. Short ones in tenths of a second once they are over. */
export function Duration({ from, to = null }: { readonly from: string; readonly to?: string | null }) {
  const now = useNow(to === null);
  const ms = Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from));
  return <span className="mono">{to === null ? clock(ms) : took(ms)}</span>;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `1.2 s`, `4 m 51 s`, `3 h 5 m`, `2 d 1 h`: two units, as more would only be read past. */
export function took(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} m ${seconds % MINUTE} s`;
  const minutes = Math.floor(seconds / MINUTE);
  if (seconds < DAY) return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
  return `${Math.floor(seconds / DAY)} d ${Math.floor((seconds % DAY) / HOUR)} h`;
}

/** `0:41`, `3:05:00`, `2 d 1:05:00` */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const [days, hours] = [Math.floor(seconds / DAY), Math.floor((seconds % DAY) / HOUR)];
  const [minutes, rest] = [Math.floor((seconds % HOUR) / MINUTE), two(seconds % MINUTE)];
  if (seconds < HOUR) return `${minutes}:${rest}`;
  return `${days > 0 ? `${days} d ` : ''}${hours}:${two(minutes)}:${rest}`;
}
