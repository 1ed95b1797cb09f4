import { AppError } from '../../domain/errors.ts';
import type { SlotId } from '../driver.ts';

/** What the web pages call it: Maintenance, Security, Server certificate. */
export const SLOT: SlotId = 'server';

/** @throws AppError INVALID_SETTINGS */
export function slotOf(id: SlotId): void {
  if (id !== SLOT) throw new AppError('INVALID_SETTINGS', `There is no slot "${id}"; there is "${SLOT}".`);
}
