import type { Clock } from '../../backend/src/plugins/plugin.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
  timer: NodeJS.Timeout;
}

/** Goes as fast as time does, and can be set forward: whoever sleeps until an instant that is left behind wakes at once. */
export class TravellingClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  #ahead: number;

  constructor(start: Date) {
    this.#ahead = start.getTime() - Date.now();
  }

  now(): Date {
    return new Date(Date.now() + this.#ahead);
  }

  travel(to: Date): void {
    this.#ahead = to.getTime() - Date.now();
    for (const sleeper of this.#sleepers) {
      clearTimeout(sleeper.timer);
      sleeper.timer = this.#timer(sleeper.until, sleeper.wake);
    }
  }

  sleepUntil(instant: Date, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const until = instant.getTime();
      const leave = () => {
        clearTimeout(sleeper.timer);
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', aborted);
      };
      const wake = () => {
        if (this.now().getTime() < until) {
          sleeper.timer = this.#timer(until, wake);
          return;
        }
        leave();
        resolve();
      };
      const aborted = () => {
        leave();
        reject(signal.reason);
      };
      const sleeper: Sleeper = { until, wake, timer: this.#timer(until, wake) };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  #timer(until: number, wake: () => void): NodeJS.Timeout {
    return setTimeout(wake, Math.min(Math.max(0, until - this.now().getTime()), 86_400_000));
  }
}
