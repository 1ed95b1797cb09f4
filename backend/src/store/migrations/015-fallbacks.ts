import { type Kysely, type Migration, sql } from 'kysely';

/** Released: never edited again. Certificates that are kept ready for when the one in use, or its CA, fails. */
export const fallbacks: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table fallbacks (
      sha256 text primary key,
      connection_id integer not null,
      used_at text,
      lost_at text,
      lost_why text
    )`.execute(db);
    await sql`create index fallbacks_of_connection on fallbacks (connection_id)`.execute(db);
    await sql`update connections set policy = json_set(policy, '$.fallback', json('false'))`.execute(db);
  },
};
