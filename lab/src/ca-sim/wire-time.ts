/** RFC 3339 without fractions, as Boulder writes it. */
export function wireTime(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
