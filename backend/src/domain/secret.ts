import { inspect } from 'node:util';

/**
 * A value that must not reach a log, an event, a snapshot or an API answer.
 * Printing or serialising it yields `***`; only `reveal()` gives the value.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The one place to search for when auditing where secrets go. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}
