import type { Clock } from '../plugins/plugin.ts';

/**
 * One at a time in each group, in the order of asking, with a pause after each. Holds within one process: two daemons
 * on one data folder are not supported.
 */
export class Turns {
  readonly #clock: Clock;
  /** For each group the end of the last turn that was asked for, with its pause. */
  readonly #last = new Map<string, Promise<Date>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects with the signal's reason when aborted; whoever waits behind is not held up. */
  async take(group: string, pauseMs: number, signal: AbortSignal): Promise<AsyncDisposable> {
    const earlier = this.#last.get(group) ?? Promise.resolve(new Date(0));
    let release: (end: Date) => void = () => {};
    const turn = new Promise<Date>((resolve) => {
      release = resolve;
    });
    this.#last.set(group, turn);
    try {
      const ended = await orAborted(earlier, signal);
      await this.#clock.sleepUntil(new Date(ended.getTime() + pauseMs), signal);
    } catch (err) {
      earlier.then(release);
      throw err;
    }
    return { [Symbol.asyncDispose]: async () => release(this.#clock.now()) };
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
