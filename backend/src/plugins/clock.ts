import type { Clock } from './plugin.ts';

/** setTimeout takes a signed 32-bit number of milliseconds: 24.8 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  async sleepUntil(instant, signal) {
    for (;;) {
      signal.throwIfAborted();
      const left = instant.getTime() - Date.now();
      if (left <= 0) return;
      await timer(Math.min(left, LONGEST_TIMER_MS), signal);
    }
  },
};

/** Milliseconds from now, on `clock`. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return clock.sleepUntil(new Date(clock.now().getTime() + ms), signal);
}

function timer(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(handle);
      reject(signal.reason);
    };
    const handle = setTimeout(() => {
      signal.removeEventListener('abort', aborted);
      resolve();
    }, ms);
    signal.addEventListener('abort', aborted, { once: true });
  });
}
