import type { Clock } from '../plugins/plugin.ts';

/** Every 15 seconds, by the same schedule as everything else. */
export const PULSE_CRON = '*/15 * * * * *';
const BEAT_MS = 15_000;

/** Later than this, the schedule stands still. */
const STILL_AFTER_MS = 60_000;

/** Tells whether the schedule runs: a schedule that died is silent, and silence looks like everything being well. */
export class Pulse {
  readonly #clock: Clock;
  #last: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called by the schedule. */
  beat(): void {
    this.#last = this.#clock.now().getTime();
  }

  /** Milliseconds by which the next beat is late; 0 when it is not due yet; null before the first. */
  get lagMs(): number | null {
    return this.#last === null ? null : Math.max(0, this.#clock.now().getTime() - this.#last - BEAT_MS);
  }

  get beats(): boolean {
    const { lagMs } = this;
    return lagMs !== null && lagMs <= STILL_AFTER_MS;
  }
}
