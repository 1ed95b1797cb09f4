import type { NoticeRow } from '../store/notify.ts';
import type { Store } from '../store/store.ts';
import { isHopeless } from './retry.ts';

/** The channel delivers again: what is still the matter and was given up meanwhile is tried anew, the latest message of each matter. */
export function reviveAfterDelivery(tx: Store, notifierId: number): Promise<void> {
  return revive(tx, notifierId, ({ answer }) => !answer?.failure || !isHopeless(answer.failure.code));
}

/** The channel was changed: even what it refused for what it is may be taken now. */
export function reviveAfterChange(tx: Store, notifierId: number): Promise<void> {
  return revive(tx, notifierId, () => true);
}

async function revive(tx: Store, notifierId: number, isWorthIt: (notice: NoticeRow) => boolean): Promise<void> {
  const lapsed = (await tx.notify.notices.lapsed(notifierId)).filter(isWorthIt);
  for (const { id } of lapsed) await tx.notify.notices.revive(id);
}
