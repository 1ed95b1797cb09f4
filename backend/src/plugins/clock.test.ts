import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

const START = new Date('2026-11-22T12:00:00Z');
const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

it('wakes within a minute after the clock was set forward, or the machine was suspended', async () => {
  const woke = vi.fn();
  void systemClock.sleepUntil(new Date(START.getTime() + 50 * HOUR_MS), never).then(woke);

  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(woke).not.toHaveBeenCalled();
  vi.setSystemTime(new Date(START.getTime() + 51 * HOUR_MS));
  await vi.advanceTimersByTimeAsync(60_000);

  expect(woke).toHaveBeenCalledOnce();
});
