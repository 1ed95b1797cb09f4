import { type Kysely, type Migration, sql } from 'kysely';

/** What was answered to requests that may be sent again. */
export const idempotency: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `create table idempotency (
    caller text not null,
    key text not null,
    request text not null,
    at text not null,
    status integer,
    location text,
    body text check (json_valid(body)),
    primary key (caller, key)
  ) strict, without rowid`,
  'create index idempotency_at on idempotency (at)',
];
