import type { NoticeMessage } from '../domain/notice.ts';
import type { Matter, NewNotice, NotificationRule } from '../store/notify.ts';
import type { Store } from '../store/store.ts';
import { wants } from './rules.ts';

export interface Addressing {
  readonly message: NoticeMessage;
  /** Null: of nothing that has an end. */
  readonly matter: string | null;
  /** The event that it tells of: a channel that was added later is not told. Null for what is the matter now. */
  readonly seq: number | null;
  /** Channels that are told whatever their rules say. */
  readonly also?: readonly number[];
  /** A channel that does not deliver is not told so over itself. */
  readonly except?: number | null;
  /** Which rules want it, when it is not for the message to say. */
  readonly chosen?: (rule: NotificationRule) => boolean;
}

/** Puts a message into the outbox of each channel that is to have it. Gives the channels. */
export async function address(tx: Store, { message, matter, seq, ...to }: Addressing): Promise<readonly number[]> {
  const rules = await tx.notify.rules.all();
  const wanted = new Set(
    rules.filter((rule) => to.chosen?.(rule) ?? wants(rule, message)).map(({ notifierId }) => notifierId),
  );
  const told = new Set(to.also ?? []);
  const notifiers = (await tx.notify.notifiers.all()).filter(
    ({ id, enabled, since }) =>
      enabled && id !== to.except && (told.has(id) || (wanted.has(id) && (seq === null || seq > since))),
  );
  return await tx.notify.notices.add(notifiers.map(({ id }): NewNotice => ({ notifierId: id, matter, message })));
}

/** What names a matter among all that ever were. */
export function matterId({ key, openedBy }: Pick<Matter, 'key' | 'openedBy'>): string {
  return `${key}@${openedBy}`;
}
