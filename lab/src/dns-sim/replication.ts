import type { StoredRecord } from './records.ts';
import type { Zone } from './zone.ts';

/** Brings what the primary holds to the secondary, late. */
export class Replication implements Disposable {
  /** The secondary's own zones. */
  readonly copies: readonly Zone[];
  readonly #lagMs: () => number;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** `lagMs` is asked at each change; a change under way keeps the lag it began with. */
  constructor(zones: readonly Zone[], lagMs: () => number) {
    this.copies = zones.map((zone) => zone.copy());
    this.#lagMs = lagMs;
  }

  /** The primary has the records at once, and the secondary after the lag. */
  publish(zone: Zone, records: readonly StoredRecord[]): void {
    if (!zone.commit(records)) return;
    const copy = this.copies.find((one) => one.name === zone.name);
    if (copy === undefined) return;
    const { version } = zone;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      copy.adopt(version);
    }, this.#lagMs());
    this.#timers.add(timer.unref());
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
