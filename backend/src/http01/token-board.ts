/** What the daemon itself answers at the paths of challenges: the tokens of renewals that run in this process. */
export class TokenBoard {
  readonly #texts = new Map<string, string>();
  readonly #places = new Set<string>();

  put(token: string, text: string): void {
    this.#texts.set(token, text);
  }

  remove(token: string, text: string): void {
    if (this.#texts.get(token) === text) this.#texts.delete(token);
  }

  textOf(token: string): string | null {
    return this.#texts.get(token) ?? null;
  }

  /** Where it is listened with a port for nothing else: `0.0.0.0 port 80`. */
  get places(): readonly string[] {
    return [...this.#places];
  }

  /** The returned function ends it. */
  answersAt(place: string): () => void {
    this.#places.add(place);
    return () => this.#places.delete(place);
  }
}
