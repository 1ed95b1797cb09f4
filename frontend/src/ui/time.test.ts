import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clock, took } from './duration.tsx';
import { clockTime, dateOf, exact, timeOfDay, zoneName } from './time.ts';
import { chooseZone } from './zone.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];
const LATE = '2026-11-22T23:30:05.000Z';

describe('how long something took', () => {
  it.each([
    [1_240, '1.2 s'],
    [59_960, '1 m 0 s'],
    [4 * MINUTE + 51 * SECOND, '4 m 51 s'],
    [HOUR - 400, '1 h 0 m'],
    [3 * HOUR + 5 * MINUTE + 40 * SECOND, '3 h 5 m'],
    [2 * DAY + 12 * SECOND, '2 d 0 h'],
    [2 * DAY + 5 * HOUR, '2 d 5 h'],
  ])('of %i ms is %s', (ms, words) => {
    expect(took(ms)).toBe(words);
  });

  it.each([
    [41 * SECOND, '0:41'],
    [3 * HOUR + 5 * MINUTE, '3:05:00'],
    [2 * DAY + HOUR + 5 * MINUTE + 9 * SECOND, '2 d 1:05:09'],
  ])('ticks at %i ms as %s', (ms, words) => {
    expect(clock(ms)).toBe(words);
  });
});

describe('an instant', () => {
  beforeEach(() => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(LATE) });
  });
  afterEach(() => {
    chooseZone('local');
    vi.useRealTimers();
  });

  it('is written in local time, with the zone, or in UTC, as the reader chose', () => {
    const local = [clockTime(LATE), timeOfDay(LATE), dateOf(LATE), zoneName()];
    chooseZone('utc');
    const utc = [clockTime(LATE), timeOfDay(LATE), dateOf(LATE), zoneName()];

    expect(local).toEqual(['00:30 CET', '00:30:05', '23 Nov 2026', 'CET']);
    expect(utc).toEqual(['23:30 UTC', '23:30:05', '22 Nov 2026', 'UTC']);
  });

  it('has its date when it is far from now', () => {
    const far = '2026-11-24T01:00:00.000Z';

    expect(clockTime(far)).toBe('24 Nov 2026, 02:00 CET');
    expect(timeOfDay(far)).toBe('24 Nov 2026, 02:00:00');
  });

  it.each(['local', 'utc'] as const)('is told in both zones on hover, also when times are in %s', (zone) => {
    chooseZone(zone);

    expect(exact(LATE)).toBe('23 Nov 2026, 00:30:05 CET · 2026-11-22 23:30:05 UTC');
  });

  it('is told once where local time is UTC', () => {
    vi.stubEnv('TZ', 'UTC');

    expect(exact(LATE)).toBe('22 Nov 2026, 23:30:05 UTC');
  });
});
