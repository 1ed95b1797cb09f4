import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { SettingsTable } from '../store/store.ts';

const KEPT = 'backup.installation';
const BYTES = 4;

/**
 * Tells the archives of this installation from those of others at the same place: 8 hexadecimal digits, made when they are first asked
 * for. They are in the database, so a restored installation goes on with the archives that it was restored from.
 */
export async function installationId(settings: SettingsTable): Promise<string> {
  const kept = z.string().safeParse(await settings.get(KEPT));
  if (kept.success) return kept.data;
  const made = randomBytes(BYTES).toString('hex');
  await settings.put(KEPT, made);
  return made;
}
