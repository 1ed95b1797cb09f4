import { spreadOf } from '../../../domain/spread.ts';

/** Chance that is the same for the same seed, whatever the machine. */
export class Chance {
  readonly #seed: string;
  #drawn = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#drawn += 1;
    return spreadOf(`${this.#drawn} ${this.#seed}`);
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** A whole number: instants have no fractions. */
  whole(least: number, most: number): number {
    return Math.round(this.between(least, most));
  }

  /** True so often, from 0 (never) to 1 (always). */
  happens(part: number): boolean {
    return this.next() < part;
  }

  pick<T>(list: readonly T[]): T {
    const one = list[Math.floor(this.next() * list.length)];
    if (one === undefined) throw new Error('There is nothing to pick from.');
    return one;
  }
}
