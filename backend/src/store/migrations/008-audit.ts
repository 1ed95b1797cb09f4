import { type Kysely, type Migration, sql } from 'kysely';

/** Released: never edited again. A change of the schema is a new file and a new line in index.ts. */
export const audit: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // Numbers are not reused, so that what is missing at the end shows.
  `create table audit (
    seq integer primary key autoincrement,
    at text not null,
    actor text,
    role text,
    address text,
    action text not null,
    subject text,
    outcome text not null,
    detail text not null check (json_type(detail) = 'object'),
    previous text not null,
    hash text not null
  ) strict`,
  'create index audit_of_subject on audit (subject, seq)',
  'create index audit_of_actor on audit (actor, seq)',
];
