import { type Kysely, type Migration, sql } from 'kysely';

/** Released: never edited again. The CA that is asked when the first one is down, and the CA certificates that it signs with. */
export const secondCa: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table connections add column second_issuer text check (json_valid(second_issuer))`.execute(db);
    await sql`alter table connections add column second_chain text`.execute(db);
  },
};
