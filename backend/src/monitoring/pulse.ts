import type { Clock } from '../plugins/plugin.ts';

/** A round of the schedule begins every minute. */
const ROUND_MS = 60_000;

/** Later than this, the schedule stands still. A round over a large fleet, or past a slow appliance, takes less. */
const STILL_AFTER_MS = 10 * 60_000;

/** Tells whether the schedule runs: a schedule that died is silent, and silence looks like everything being well. */
export class Pulse {
  readonly #clock: Clock;
  #last: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called when the first round is awaited, and each time that a round came to its end. */
  beat(): void {
    this.#last = this.#clock.now().getTime();
  }

  /** Milliseconds by which the end of a round is late; 0 when it is not due yet; null before the first is awaited. */
  get lagMs(): number | null {
    return this.#last === null ? null : Math.max(0, this.#clock.now().getTime() - this.#last - ROUND_MS);
  }

  get beats(): boolean {
    const { lagMs } = this;
    return lagMs !== null && lagMs <= STILL_AFTER_MS;
  }
}
