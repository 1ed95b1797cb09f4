import { expect, it } from 'vitest';
import type { Clock } from '../../plugins/plugin.ts';
import { poll } from './poll.ts';

const signal = new AbortController().signal;

/** Time passes only when somebody sleeps. */
function jumpingClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  let now = Date.parse('2026-11-22T12:00:00Z');
  return {
    waits,
    now: () => new Date(now),
    sleepUntil: async (instant) => {
      waits.push(instant.getTime() - now);
      now = instant.getTime();
    },
  };
}

function doneAfter(looks: number, retryAfterMs: number | null = null) {
  let left = looks;
  return async () => {
    left -= 1;
    return left <= 0 ? ({ done: true, value: 'valid' } as const) : ({ done: false, retryAfterMs } as const);
  };
}

it('looks soon, then at growing distances', async () => {
  const clock = jumpingClock();

  const value = await poll('It', null, doneAfter(8), clock, signal);

  expect(value).toBe('valid');
  expect(clock.waits).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000]);
});

it('waits as long as the CA says', async () => {
  const clock = jumpingClock();

  await poll('It', 3000, doneAfter(3, 5000), clock, signal);

  expect(clock.waits).toEqual([3000, 5000, 5000]);
});

it('does not take a Retry-After of nothing as leave to hurry', async () => {
  const clock = jumpingClock();

  await poll('It', 0, doneAfter(3, 0), clock, signal);

  expect(clock.waits).toEqual([50, 100, 200]);
});

it('hands a long time to the caller', async () => {
  const clock = jumpingClock();

  const failure = poll('It', null, doneAfter(3, 31_000), clock, signal);

  await expect(failure).rejects.toMatchObject({ code: 'ISSUER_RATE_LIMITED', retryAfterMs: 31_000 });
  expect(clock.waits).toEqual([50]);
});

it('comes back later when nothing happens for five minutes', async () => {
  const clock = jumpingClock();

  const failure = poll('It', null, doneAfter(10_000), clock, signal);

  await expect(failure).rejects.toMatchObject({ code: 'ISSUER_RATE_LIMITED', retryAfterMs: 30_000 });
  expect(clock.waits.reduce((a, b) => a + b)).toBeLessThanOrEqual(300_000);
});
