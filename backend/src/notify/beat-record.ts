import { z } from 'zod';
import type { SettingsTable } from '../store/store.ts';

const KEPT = 'heartbeat.last';

const beat = z.object({
  /** ISO 8601 */
  at: z.iso.datetime(),
  /** Why it was not taken, without the address; null when it was. */
  trouble: z.string().nullable(),
});
/** The last call of the heartbeat address. */
export type Beat = z.output<typeof beat>;

export async function keepBeat(settings: Pick<SettingsTable, 'put'>, last: Beat): Promise<void> {
  await settings.put(KEPT, last);
}

/** Null when the address was never called. */
export async function lastBeat(settings: Pick<SettingsTable, 'get'>): Promise<Beat | null> {
  return beat.safeParse(await settings.get(KEPT)).data ?? null;
}
