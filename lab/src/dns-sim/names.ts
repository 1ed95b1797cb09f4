/** Names are kept lower case and without the final dot; the root is `.`. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '') || '.';
}

/** Whether `name` is `zone` or lies below it. Both canonical. */
export function isWithin(name: string, zone: string): boolean {
  return zone === '.' || name === zone || name.endsWith(`.${zone}`);
}

/** From the parent of `name` up to the root: `com` and `.` for `example.com`. */
export function ancestorsOf(name: string): readonly string[] {
  if (name === '.') return [];
  const labels = name.split('.');
  return labels.map((_, index) => labels.slice(index + 1).join('.') || '.');
}
