import { z } from 'zod';
import type { Backup } from '../backup/backups.ts';
import type { AppError } from '../domain/errors.ts';
import type { Clock } from '../plugins/plugin.ts';
import { previousAt } from '../renewal/schedule.ts';
import type { SettingsTable, Store } from '../store/store.ts';

const KEPT = 'backup.last';

const lastBackup = z.object({
  /** Of the last that succeeded; null when none ever did. */
  made: z.object({ at: z.string(), name: z.string(), bytes: z.number() }).nullable(),
  /** Of the last try, when that failed. */
  failed: z.object({ at: z.string(), message: z.string() }).nullable(),
});
export type LastBackup = z.output<typeof lastBackup>;

/**
 * How the last backup went, also of an earlier process: asking the storage each time would be slow, and tells nothing of failures.
 * Whoever follows the events hears of each.
 */
export class BackupRecord {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Null when none was ever tried. */
  async read(): Promise<LastBackup | null> {
    return readLastBackup(this.#store.settings);
  }

  async succeeded({ at, name, bytes }: Backup): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await tx.settings.put(KEPT, { made: { at, name, bytes }, failed: null });
      await tx.events.append([{ type: 'backup.made', name, bytes }]);
    });
  }

  async failed({ message }: AppError): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const made = (await readLastBackup(tx.settings))?.made ?? null;
      await tx.settings.put(KEPT, { made, failed: { at: this.#clock.now().toISOString(), message } });
      await tx.events.append([{ type: 'backup.failed', message }]);
    });
  }

  /**
   * Whether the last one that was to be tried by itself at `dailyAt` was not, because the daemon did not run then. A new installation
   * has missed none.
   */
  async missed(dailyAt: string): Promise<boolean> {
    const last = await this.read();
    const tried = [last?.made?.at, last?.failed?.at].filter((at) => at !== undefined).sort();
    const since = tried.at(-1) ?? (await this.#store.events.read({ limit: 1 }))[0]?.at;
    return since !== undefined && Date.parse(since) < previousAt(dailyAt, this.#clock.now()).getTime();
  }
}

export async function readLastBackup(settings: Pick<SettingsTable, 'get'>): Promise<LastBackup | null> {
  return lastBackup.safeParse(await settings.get(KEPT)).data ?? null;
}
