import { randomBytes } from 'node:crypto';
import type { Faults } from '../faults.ts';
import { Problem } from './problem.ts';

/** More than this many unused nonces are not remembered; the oldest go first, as at a real CA. */
const REMEMBERED = 10_000;

/** Anti-replay nonces (RFC 8555 section 6.5): each is good for one request. */
export class Nonces {
  readonly #unused = new Set<string>();
  readonly #faults: Faults;
  #refuseNext = true;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  issue(): string {
    const nonce = randomBytes(16).toString('base64url');
    this.#unused.add(nonce);
    const oldest = this.#unused.values().next().value;
    if (this.#unused.size > REMEMBERED && oldest !== undefined) this.#unused.delete(oldest);
    return nonce;
  }

  /** @throws Problem badNonce when this CA did not issue the nonce, or has seen it before. */
  spend(nonce: string): void {
    const known = this.#unused.delete(nonce);
    if (!known || this.#refusesOnPurpose())
      throw new Problem('badNonce', `JWS has an invalid anti-replay nonce: "${nonce}"`);
  }

  #refusesOnPurpose(): boolean {
    if (!this.#faults.has('ca-bad-nonce')) return false;
    const refuses = this.#refuseNext;
    this.#refuseNext = !refuses;
    return refuses;
  }
}
