import type { NoticeMessage } from '../domain/notice.ts';
import { count } from '../domain/words.ts';
import type { Matter } from '../store/notify.ts';
import type { Store } from '../store/store.ts';
import { atMinute, later } from './instants.ts';
import { raised } from './messages.ts';
import { address, matterId } from './recipients.ts';

const DAY_MS = 86_400_000;
/** Days after the beginning; from the last one on weekly. */
const LADDER_DAYS = [1, 3, 10];
const WEEK_DAYS = 7;

/** ISO 8601; `since`: when it began. */
export function firstReminder(since: string): string {
  return later(since, (LADDER_DAYS[0] ?? 1) * DAY_MS);
}

/** The first time after `now` at which people are reminded of something that began at `since`. */
export function nextReminder(since: string, now: Date): string {
  const days = (now.getTime() - Date.parse(since)) / DAY_MS;
  const rung = LADDER_DAYS.find((day) => day > days);
  if (rung !== undefined) return later(since, rung * DAY_MS);
  const last = LADDER_DAYS.at(-1) ?? 1;
  const weeks = Math.floor((days - last) / WEEK_DAYS) + 1;
  return later(since, (last + weeks * WEEK_DAYS) * DAY_MS);
}

/**
 * Reminds people of what is still the matter, each at its time and once however many times were missed, and ends what is over by
 * itself. Gives the channels that have something new.
 */
export async function remind(tx: Store, now: Date): Promise<readonly number[]> {
  const told: number[] = [];
  for (const matter of await tx.notify.matters.open()) {
    if (matter.endsAt !== null && Date.parse(matter.endsAt) <= now.getTime()) await tx.notify.matters.end(matter.key);
    else if (matter.remindAt !== null && Date.parse(matter.remindAt) <= now.getTime())
      told.push(...(await remindOf(tx, matter, now)));
  }
  return told;
}

async function remindOf(tx: Store, matter: Matter, now: Date): Promise<readonly number[]> {
  const reminders = matter.reminders + 1;
  await tx.notify.matters.put({ ...matter, reminders, remindAt: nextReminder(matter.since, now) });
  const message = reminderOf(matter, reminders, now);
  return await address(tx, { message, matter: matterId(matter), seq: null });
}

function reminderOf(matter: Matter, number: number, now: Date): NoticeMessage {
  const { message, since, notAfter } = matter;
  const days = Math.floor((now.getTime() - Date.parse(since)) / DAY_MS);
  return {
    ...message,
    id: `reminder-${matterId(matter)}-${number}`,
    severity: raised(message.severity, notAfter, now),
    subject: `Still, after ${count(days, 'day')}: ${message.subject}`,
    body: `Since ${atMinute(since)}, and not over yet.\n\n${message.body}`,
    at: now.toISOString(),
  };
}
