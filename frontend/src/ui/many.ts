/** `1 connection`, `10,000 connections` */
export function many(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `1 connection waits`, `2 connections wait` */
export function verb(count: number, word: string): string {
  return count === 1 ? `${word}s` : word;
}
