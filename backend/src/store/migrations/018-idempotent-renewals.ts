import { type Kysely, type Migration, sql } from 'kysely';

/** The renewal that a request with a key has begun: what is answered when the daemon was stopped before it could answer. */
export const idempotentRenewals: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table idempotency add column renewal text`.execute(db);
  },
};
