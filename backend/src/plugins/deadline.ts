/**
 * A signal that follows another one and also aborts after a time, with a `TimeoutError` as its reason.
 * Dispose it when the work is over: that releases the timer and the listener.
 */
export class Deadline implements Disposable {
  readonly signal: AbortSignal;
  readonly #parent: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #follow: () => void;

  /** `ms` in milliseconds. */
  constructor(parent: AbortSignal, ms: number) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.#parent = parent;
    this.#follow = () => controller.abort(parent.reason);
    this.#timer = setTimeout(() => controller.abort(new DOMException(`No end within ${ms} ms.`, 'TimeoutError')), ms);
    parent.addEventListener('abort', this.#follow, { once: true });
    if (parent.aborted) this.#follow();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener('abort', this.#follow);
  }
}

/** True for the reason of a `Deadline` or of `AbortSignal.timeout`. */
export function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}
