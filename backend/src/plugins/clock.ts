import type { Clock } from './plugin.ts';

/** Milliseconds. A timer stands still while the machine is suspended, and knows nothing of a clock that is set: it is looked at as often. */
const LONGEST_TIMER_MS = 60_000;

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
