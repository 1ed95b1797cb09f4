import { z } from 'zod';
import type { Backup } from '../backup/backups.ts';
import type { AppError } from '../domain/errors.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { SettingsTable } from '../store/store.ts';

const KEPT = 'backup.last';

const lastBackup = z.object({
  /** Of the last that succeeded; null when none ever did. */
  made: z.object({ at: z.string(), name: z.string(), bytes: z.number() }).nullable(),
  /** Of the last try, when that failed. */
  failed: z.object({ at: z.string(), message: z.string() }).nullable(),
});
export type LastBackup = z.output<typeof lastBackup>;

/** How the last backup went, also of an earlier process: asking the storage each time would be slow, and tells nothing of failures. */
export class BackupRecord {
  readonly #settings: SettingsTable;
  readonly #clock: Clock;

  constructor(settings: SettingsTable, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Null when none was ever tried. */
  async read(): Promise<LastBackup | null> {
    return readLastBackup(this.#settings);
  }

  async succeeded({ at, name, bytes }: Backup): Promise<void> {
    await this.#settings.put(KEPT, { made: { at, name, bytes }, failed: null });
  }

  async failed({ message }: AppError): Promise<void> {
    const made = (await this.read())?.made ?? null;
    await this.#settings.put(KEPT, { made, failed: { at: this.#clock.now().toISOString(), message } });
  }
}

export async function readLastBackup(settings: Pick<SettingsTable, 'get'>): Promise<LastBackup | null> {
  return lastBackup.safeParse(await settings.get(KEPT)).data ?? null;
}
