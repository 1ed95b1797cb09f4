import { expect, test } from 'vitest';
import { previousAt } from './schedule.ts';

/** In local time, as the daemon means it. */
function local(day: number, hours: number, minutes: number): Date {
  return new Date(2026, 10, day, hours, minutes);
}

test.each([
  ['later that day', local(22, 9, 0), local(22, 2, 40)],
  ['at the minute itself', local(22, 2, 40), local(22, 2, 40)],
  ['before it', local(22, 2, 39), local(21, 2, 40)],
])('a daily time was last reached, seen %s', (_, now, last) => {
  expect(previousAt('02:40', now)).toEqual(last);
});
