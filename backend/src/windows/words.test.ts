import { expect, it } from 'vitest';
import { WEEKDAYS } from '../domain/calendar.ts';
import { momentInWords, openingWords, rulesInWords } from './words.ts';

const zone = 'Europe/Berlin';
const now = new Date('2026-11-22T12:00:00Z');

it.each([
  [
    [{ days: ['sun', 'sat'] as const, start: '02:00', minutes: 120 }],
    'Saturdays and Sundays 02:00–04:00 Europe/Berlin',
  ],
  [[{ days: [...WEEKDAYS], start: '00:00', minutes: 1440 }], 'every day 00:00–24:00 Europe/Berlin'],
  [
    [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, start: '22:30', minutes: 180 }],
    'Mondays to Fridays 22:30–01:30 the next day Europe/Berlin',
  ],
  [
    [
      { days: ['sat'] as const, start: '02:00', minutes: 60 },
      { days: ['tue'] as const, start: '12:00', minutes: 4320 },
    ],
    'Saturdays 02:00–03:00 and Tuesdays 12:00–12:00 3 days later Europe/Berlin',
  ],
])('%j is told as %s', (openings, words) => {
  expect(rulesInWords({ openings, zone })).toBe(words);
});

it('tells an instant on the wall clock of the zone, with the year when it is far', () => {
  expect(momentInWords(new Date('2026-11-28T01:00:00Z'), zone, now)).toBe('Sat 28 Nov 02:00');
  expect(momentInWords(new Date('2027-11-27T23:00:00Z'), zone, now)).toBe('Sun 28 Nov 2027 00:00');
});

it('tells an opening with one date, or both', () => {
  const start = new Date('2026-11-28T01:00:00Z');

  expect(openingWords({ start, end: new Date('2026-11-28T03:00:00Z') }, zone, now)).toBe('Sat 28 Nov 02:00–04:00');
  expect(openingWords({ start, end: new Date('2026-11-28T23:30:00Z') }, zone, now)).toBe(
    'Sat 28 Nov 02:00 – Sun 29 Nov 00:30',
  );
});
