import { type Kysely, type Migration, sql } from 'kysely';

/** What was revoked, and which connections only keep what they are issued. */
export const certificates: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `create table revocations (
    sha256 text not null primary key,
    at text not null,
    reason text not null,
    actor text not null
  ) strict, without rowid`,
  'alter table overview add column kept integer not null default 0',
];
