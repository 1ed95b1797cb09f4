import type { Backup } from '../../backup/backups.ts';

export interface BackupsView {
  /** In words. */
  readonly place: string;
  /** `02:40`, local time of the daemon; null: never by itself. */
  readonly dailyAt: string | null;
  readonly keep: number;
  /** Of the last try, when that failed; `at` is ISO 8601. */
  readonly failed: { readonly at: string; readonly message: string } | null;
  /** The newest first. */
  readonly backups: readonly Backup[];
}
