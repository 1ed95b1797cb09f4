import type { Clock } from '../plugin.ts';

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/** Time that passes only when a test says so. Who sleeps wakes in the order of the instants, each at its own instant. */
export class FakeClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(now: string | Date = '2026-11-22T12:00:00.000Z') {
    this.#now = new Date(now).getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  /** How many wait for an instant. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** When the first of them wakes; null when nobody sleeps. */
  get wakesAt(): Date | null {
    const first = this.#first();
    return first && new Date(first.until);
  }

  sleepUntil(instant: Date, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (instant.getTime() <= this.#now) return resolve();
      const aborted = () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      };
      const sleeper: Sleeper = {
        until: instant.getTime(),
        wake: () => {
          signal.removeEventListener('abort', aborted);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Milliseconds. Lets those who wake do what they do without waiting for anything else, before time goes on. */
  async advance(ms: number): Promise<void> {
    await this.advanceTo(new Date(this.#now + ms));
  }

  /** Never goes back. */
  async advanceTo(instant: Date): Promise<void> {
    for (;;) {
      const next = this.#first();
      if (!next || next.until > instant.getTime()) break;
      this.#now = Math.max(this.#now, next.until);
      this.#sleepers.delete(next);
      next.wake();
      await new Promise(setImmediate);
    }
    this.#now = Math.max(this.#now, instant.getTime());
  }

  /** Of those that wake together, who went to sleep first. */
  #first(): Sleeper | null {
    let first: Sleeper | null = null;
    for (const sleeper of this.#sleepers) if (!first || sleeper.until < first.until) first = sleeper;
    return first;
  }
}
