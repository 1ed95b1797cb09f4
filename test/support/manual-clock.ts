import type { Clock } from '../../backend/src/plugins/plugin.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(start = new Date('2026-03-01T10:00:00Z')) {
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  /** Wakes those whose instant has come. */
  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers.filter(({ at }) => at <= this.#now)) sleeper.wake();
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
  }

  sleepUntil(instant: Date, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      if (instant.getTime() <= this.#now) resolve();
      this.#sleepers.push({ at: instant.getTime(), wake: resolve });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }
}
