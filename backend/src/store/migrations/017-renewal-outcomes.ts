import { type Kysely, type Migration, sql } from 'kysely';

/** Released: never edited again. Failures of years are found without reading the facts of all that went well. */
export const renewalOutcomes: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create index renewals_of_outcome on renewals (outcome, seq)`.execute(db);
  },
};
