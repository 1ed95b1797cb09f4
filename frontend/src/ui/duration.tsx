import { useNow } from './use-now.ts';

/** `0:41`, ticking while `to` is null. Short ones in tenths of a second once they are over. */
export function Duration({ from, to = null }: { readonly from: string; readonly to?: string | null }) {
  const now = useNow(to === null);
  const ms = Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from));
  return <span className="mono">{to === null ? clock(ms) : took(ms)}</span>;
}

/** `1.2 s`, `4 m 51 s` */
export function took(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${hours > 0 ? two(Math.floor(seconds / 60) % 60) : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
