import { z } from 'zod';
import type { Clock } from '../plugins/plugin.ts';
import type { Store } from '../store/store.ts';

const KEPT = 'schedule.health';
const MINUTE_MS = 60_000;

/** A restart, an upgrade or a reboot takes less. */
const MISSED_AFTER_MS = 30 * MINUTE_MS;
/** The schedule runs every minute. */
const STALLED_AFTER_MS = 10 * MINUTE_MS;

const keptHealth = z.object({ ranAt: z.iso.datetime(), stalled: z.boolean() });

/**
 * Remembers when the daemon's schedule ran last, across restarts, and says so when it did not: a schedule that died is silent, and
 * silence looks like everything being well.
 */
export class ScheduleHealth {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** To be called by the schedule each time that it has done its work, at least once in a few minutes. */
  async ran(at: Date): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const kept = await read(tx);
      await tx.settings.put(KEPT, { ranAt: at.toISOString(), stalled: false });
      if (kept?.stalled) await tx.events.append([{ type: 'schedule.resumed' }]);
    });
  }

  /** Null when it never ran. */
  async lastRun(): Promise<Date | null> {
    const kept = await read(this.#store);
    return kept && new Date(kept.ranAt);
  }

  /** Whether it ran lately enough to be trusted. */
  async isAlive(): Promise<boolean> {
    const last = await this.lastRun();
    return last !== null && this.#age(last) <= STALLED_AFTER_MS;
  }

  /** At the start, before the schedule runs for the first time: tells of a gap. */
  async lookBack(): Promise<void> {
    const kept = await read(this.#store);
    if (!kept || this.#age(new Date(kept.ranAt)) <= MISSED_AFTER_MS) return;
    const until = this.#clock.now().toISOString();
    await this.#store.transaction(async (tx) => {
      await tx.settings.put(KEPT, { ranAt: until, stalled: false });
      await tx.events.append([{ type: 'schedule.missed', since: kept.ranAt, until }]);
    });
  }

  /** While the daemon runs: tells once that the schedule does not. */
  async look(): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const kept = await read(tx);
      if (!kept || kept.stalled || this.#age(new Date(kept.ranAt)) <= STALLED_AFTER_MS) return;
      await tx.settings.put(KEPT, { ...kept, stalled: true });
      await tx.events.append([{ type: 'schedule.stalled', since: kept.ranAt }]);
    });
  }

  /** A last run in the future means that the clock was set back: nothing can be said then. */
  #age(last: Date): number {
    return this.#clock.now().getTime() - last.getTime();
  }
}

async function read(store: Store) {
  return keptHealth.safeParse(await store.settings.get(KEPT)).data ?? null;
}
