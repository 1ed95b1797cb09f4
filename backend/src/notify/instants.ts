/** `2026-11-22 03:12 UTC`: the reader may be anywhere. */
export function atMinute(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

/** `2026-11-22` */
export function dayOf(instant: string): string {
  return instant.slice(0, 10);
}

export function later(instant: string, ms: number): string {
  return new Date(Date.parse(instant) + ms).toISOString();
}
