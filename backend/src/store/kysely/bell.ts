/** Tells any number of waiters that something was committed. Keeps a count, nothing of what was committed. */
export class Bell {
  #count = 0;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  /** How often it has rung. Taken before looking, so that a ring during the look is not missed by `after`. */
  get count(): number {
    return this.#count;
  }

  get closed(): boolean {
    return this.#closed;
  }

  ring(): void {
    this.#count += 1;
    this.#wake();
  }

  /** Every wait ends, now and from now on. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Resolves once the count is higher than `count`, the signal is aborted, or the bell is closed. */
  async after(count: number, signal: AbortSignal): Promise<void> {
    if (this.#count > count || this.#closed || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}
