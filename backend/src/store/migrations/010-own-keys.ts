import { type Kysely, type Migration, sql } from 'kysely';

/** What kind of key certferry makes for a connection, and whether it makes a new one for each certificate. */
export const ownKeys: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`update connections set policy = json_set(policy, '$.keyKind', null, '$.reuseKey', json('false'))`.execute(
      db,
    );
  },
};
