/**
 * What reached the simulators, counted by name, and a place to stop them in the middle of one.
 *
 * Each outside effect has a name (`vos.identity.upload`, `ca.finalize`, `dns.update` …). A simulator calls
 * `reached(name, 'received')` before it acts and `reached(name, 'done')` after it acted but before it answers;
 * it awaits both, so that a test can kill the client, or switch a fault, at exactly that moment.
 */
export class Exchanges {
  readonly #counts = new Map<string, number>();
  readonly #listeners = new Set<ExchangeListener>();

  async reached(name: string, phase: ExchangePhase): Promise<void> {
    if (phase === 'done') this.#counts.set(name, this.count(name) + 1);
    for (const listener of this.#listeners) await listener(name, phase);
  }

  /** How many exchanges of this name had their effect. */
  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Returns the function that removes the listener. */
  listen(listener: ExchangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export type ExchangePhase = 'received' | 'done';
export type ExchangeListener = (name: string, phase: ExchangePhase) => void | Promise<void>;
