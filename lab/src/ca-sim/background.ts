import { setTimeout as delay } from 'node:timers/promises';

/** Work that goes on after an answer was sent. Ends with its owner. */
export class Background implements AsyncDisposable {
  readonly #end = new AbortController();
  readonly #running = new Set<Promise<void>>();

  /** `work` has to deal with its own errors; what it throws once its signal is aborted is expected. */
  start(work: (signal: AbortSignal) => Promise<void>): void {
    const running = work(this.#end.signal)
      .catch((error: unknown) => {
        if (!this.#end.signal.aborted) throw error;
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Runs `work` after that many milliseconds. */
  startLater(ms: number, work: (signal: AbortSignal) => Promise<void>): void {
    this.start(async (signal) => {
      await delay(ms, undefined, { signal });
      await work(signal);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#running);
  }
}
