import { type Kysely, type Migration, sql } from 'kysely';

/** Released: never edited again. Since when a message is tried that was taken up again; null: since it was made. */
export const noticeRevival: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table notices add column tried_since text`.execute(db);
    await sql`create index notices_given_up on notices (notifier_id, id) where state = 'given-up'`.execute(db);
  },
};
