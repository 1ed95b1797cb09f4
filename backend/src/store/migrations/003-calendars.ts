import { type Kysely, type Migration, sql } from 'kysely';

/** Calendars, and the parts of a policy that name them. Released: never edited again. */
export const calendars: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // `icalendar` and `copy` hold the JSON null where there is none.
  `create table calendars (
    id integer primary key autoincrement,
    name text not null unique,
    zone text not null,
    openings text not null check (json_type(openings) = 'array'),
    freezes text not null check (json_type(freezes) = 'array'),
    icalendar text not null check (json_valid(icalendar)),
    copy text not null check (json_valid(copy)),
    created_at text not null,
    version integer not null
  ) strict`,
  `update connections set policy =
    json_insert(policy, '$.renewalCalendar', null, '$.restartCalendar', null, '$.emergency', null)`,
  `update renewals set facts =
    json_insert(facts, '$.target.restartCalendar', null, '$.target.emergency', null) where finished_at is null`,
];
