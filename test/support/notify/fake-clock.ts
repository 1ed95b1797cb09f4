import type { Clock } from '../../../backend/src/plugins/plugin.ts';

/** Time passes only when a test says so. */
export class FakeClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) if (sleeper.until <= this.#now) sleeper.wake();
  }

  /** How many wait for an instant. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleepUntil(instant: Date, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (instant.getTime() <= this.#now) return resolve();
      const sleeper = {
        until: instant.getTime(),
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal.removeEventListener('abort', aborted);
          resolve();
        },
      };
      const aborted = () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }
}
