import { Temporal } from 'temporal-polyfill';
import type { NoticeMessage } from '../domain/notice.ts';
import { count } from '../domain/words.ts';
import { isGood } from '../renewal/sentences.ts';
import type { NotificationRule } from '../store/notify.ts';
import type { Connection, Store } from '../store/store.ts';
import { dayOf, later } from './instants.ts';
import { address } from './recipients.ts';
import { covers } from './rules.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;
const DAYS_RENEWALS = 500;

/**
 * The last time, not after `now`, at which a digest of this rule was to be sent, and the date there. Where clocks jump over the time
 * of day it is the first moment after the gap; where they show it twice, the first of both.
 */
export function lastDigest({ at, timeZone }: NonNullable<NotificationRule['digest']>, now: Date) {
  const here = Temporal.Instant.from(now.toISOString()).toZonedDateTimeISO(timeZone);
  const time = Temporal.PlainTime.from(at);
  const on = (date: Temporal.PlainDate) => date.toZonedDateTime({ timeZone, plainTime: time });
  const today = here.toPlainDate();
  const date = Temporal.ZonedDateTime.compare(on(today), here) <= 0 ? today : today.subtract({ days: 1 });
  return { date: date.toString(), instant: new Date(on(date).epochMilliseconds) };
}

/** Sends each rule's digest once a day; late when the daemon was down, and then only the last. Gives the channels. */
export async function sendDigests(tx: Store, now: Date, publicUrl: string | null): Promise<readonly number[]> {
  const told: number[] = [];
  for (const rule of await tx.notify.rules.all()) {
    if (rule.digest === null) continue;
    const { date, instant } = lastDigest(rule.digest, now);
    const id = `digest-${rule.id}-${date}`;
    if (rule.createdAt > instant.toISOString() || (await tx.notify.notices.has(rule.notifierId, id))) continue;
    const message = await digestOf(tx, rule, { id, date, now, publicUrl });
    told.push(...(await address(tx, { message, matter: null, seq: null, chosen: (one) => one.id === rule.id })));
  }
  return told;
}

interface Issue {
  readonly id: string;
  readonly date: string;
  readonly now: Date;
  readonly publicUrl: string | null;
}

async function digestOf(
  tx: Store,
  rule: NotificationRule,
  { id, date, now, publicUrl }: Issue,
): Promise<NoticeMessage> {
  const connections = (await tx.connections.all()).filter((connection) => covers(rule, connection));
  const open = (await tx.notify.matters.open())
    .filter(({ message }) => covers(rule, message.connection))
    .map(({ message, since }) => `${message.subject} (since ${dayOf(since)})`);
  const renewed = await renewedSince(tx, connections, later(now.toISOString(), -DAY_MS));
  const ending = await endingBefore(tx, connections, later(now.toISOString(), SOON_DAYS * DAY_MS));
  const numbers = `${open.length} open, ${renewed.length} renewed, ${count(ending.length, 'certificate ends', 'certificates end')} within ${SOON_DAYS} days`;
  return {
    id,
    key: `daemon/digest-${rule.id}`,
    kind: 'digest',
    severity: 'info',
    subject: `${date}: ${numbers}`,
    title: `Digest of ${date}`,
    body: [
      section('Open', open, 'Nothing is the matter.'),
      section('Renewed in the last 24 hours', renewed, 'None.'),
      section(`Ends within ${SOON_DAYS} days`, ending, 'None.'),
    ].join('\n\n'),
    facts: [{ label: 'Connections', value: String(connections.length) }],
    link: publicUrl === null ? null : `${publicUrl}/`,
    connection: null,
    at: now.toISOString(),
    recoverOf: null,
  };
}

function section(title: string, lines: readonly string[], none: string): string {
  return `${title}:\n${lines.length === 0 ? none : lines.map((line) => `- ${line}`).join('\n')}`;
}

async function renewedSince(tx: Store, connections: readonly Connection[], since: string): Promise<readonly string[]> {
  const names = new Map(connections.map(({ id, name }) => [id, name]));
  const rows = await tx.renewals.list({ limit: DAYS_RENEWALS });
  return rows
    .filter(
      ({ outcome, finishedAt }) => outcome !== null && isGood(outcome) && finishedAt !== null && finishedAt >= since,
    )
    .flatMap(({ connectionId }) => names.get(connectionId) ?? []);
}

/** By what the schedule saw served, whoever put it there; what has ended already is among them. */
async function endingBefore(tx: Store, connections: readonly Connection[], end: string): Promise<readonly string[]> {
  const names = new Map(connections.map(({ id, name }) => [id, name]));
  const watches = await tx.watches.endingBetween(new Date(0), new Date(end));
  return watches
    .flatMap(({ connectionId, endsAt }) => {
      const name = names.get(connectionId);
      return name === undefined || endsAt === null ? [] : [`${dayOf(endsAt)} ${name}`];
    })
    .sort();
}
