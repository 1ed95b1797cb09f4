import { type Kysely, type Migration, sql } from 'kysely';

/** Who serves another certificate than after the last renewal. */
export const deviations: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  'alter table overview add column deviation text',
  'drop index overview_standing',
  // Everything that counts and orders are made of, so that they leave the wide rows alone.
  `create index overview_standing on overview (removed, product, not_after, due_at, automatic, incomplete, renewal_id,
    finished_at, state, outcome, old_still_served, served, deviation, name, started_at, connection_id)`,
];
