import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type CountName, STANDINGS, type Standing, type StateFilter } from '../overview.ts';
import type { Tables } from './tables.ts';

/** How connections stand, in SQL: once for the rows, and once for lists, filters and counts alike. */

/** Steps that end in a restart: where installing restarts, a person and the window are waited for before that. */
const ENDS_IN_A_RESTART = `substr(state, 1, instr(state, '.') - 1) in ('install', 'activate')`;

/** Every endpoint showed what is wanted at the last look. */
const ALL_AS_WANTED = `(wanted is not null and case
  when kept = 1 then 1
  when coalesce(json_array_length(endpoints), 0) = 0 then 0
  else not exists (select 1 from json_each(endpoints) where value ->> 'sha256' is not wanted) end)`;

/** An endpoint answered at the last look, with another certificate than the one that is wanted. */
const ONE_NOT_AS_WANTED = `exists (select 1 from json_each(endpoints) where value ->> 'sha256' <> wanted)`;

/** Written out once: it is part of every change. */
const STANDS = sql.raw<Standing>(`case
  when renewal_id is not null and finished_at is null then case
    when state like '%.held' then 'held'
    when state like '%.waiting' and planned = 1 and ${ENDS_IN_A_RESTART} then 'restart-pending'
    when state like '%.waiting' then 'retrying'
    else 'running' end
  when outcome = 'failed' and old_still_served = 0 then 'affected'
  when incomplete = 1 then 'incomplete'
  when outcome in ('failed', 'rolled-back') then 'failed'
  when (outcome = 'installed-not-served' or deviation is not null) and not ${ALL_AS_WANTED} then 'not-served'
  when ${ONE_NOT_AS_WANTED} then 'not-served'
  when asks = 'stuck' then 'stuck'
  when unreachable_since is not null then 'unreachable'
  when asks = 'expiring' then 'expiring'
  when ${ALL_AS_WANTED} then case kept when 1 then 'kept' else 'served' end
  when outcome is null then 'never'
  else 'ended' end`);

/** Works out anew how a connection stands, whatever the time is. To be done after each change of its row. */
export async function settle(db: Kysely<Tables>, connectionId: number): Promise<void> {
  await db.updateTable('overview').set({ stands: STANDS }).where('connection_id', '=', connectionId).execute();
}

/** An end that has come outranks whatever is being done about it. */
export function standing(now: string): RawBuilder<Standing> {
  return sql`case
    when stands = 'affected' then stands
    when not_after <= ${now} then 'expired'
    else stands end`;
}

export function isExpired(now: string): RawBuilder<number> {
  return sql`coalesce(not_after <= ${now}, 0)`;
}

export function isExpiring(now: string): RawBuilder<number> {
  return sql`coalesce(due_at <= ${now} and not_after > ${now}, 0)`;
}

/** A person is waited for, before a restart. */
export const IS_RESTART_HELD = sql.raw<number>(`(stands = 'held' and ${ENDS_IN_A_RESTART})`);

type Condition = RawBuilder<boolean>;

const NEEDS_PERSON: readonly Standing[] = [
  'affected',
  'held',
  'failed',
  'not-served',
  'stuck',
  'restart-pending',
  'expiring',
];

/**
 * On rows with the columns `standing`, `is_expired`, `is_expiring` and `is_restart_held`. What goes on with a connection
 * counts although its certificate has expired; that it is served does not.
 */
export const STATES: Readonly<Record<StateFilter, Condition>> = {
  ...(Object.fromEntries(STANDINGS.map((one) => [one, sql`stands = ${one}`])) as Record<Standing, Condition>),
  'needs-person': sql`(is_expired = 1 or stands in (${sql.join(NEEDS_PERSON)})
    or (stands = 'unreachable' and unreachable_told = 1))`,
  expired: sql`is_expired = 1`,
  failed: sql`stands in ('affected', 'failed')`,
  'restart-pending': sql`(stands = 'restart-pending' or is_restart_held = 1)`,
  expiring: sql`is_expiring = 1`,
  served: sql`standing = 'served'`,
  kept: sql`standing = 'kept'`,
};

/** On the same rows. */
export const COUNTS: Readonly<Record<CountName, Condition>> = {
  total: sql`true`,
  served: STATES.served,
  kept: STATES.kept,
  needsPerson: STATES['needs-person'],
  held: STATES.held,
  stuck: STATES.stuck,
  restartPending: STATES['restart-pending'],
  running: STATES.running,
  retrying: STATES.retrying,
  failed: STATES.failed,
  notServed: STATES['not-served'],
  unreachable: STATES.unreachable,
  expired: STATES.expired,
  incomplete: STATES.incomplete,
  expiring: STATES.expiring,
  off: sql`automatic = 0`,
  never: STATES.never,
  ended: STATES.ended,
};
