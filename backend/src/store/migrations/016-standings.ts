import { type Kysely, type Migration, sql } from 'kysely';

/** What is wanted, who does not answer and what the schedule leaves to people; and how a connection stands by all of it. */
export const standings: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  'drop index overview_standing',
  'alter table overview drop column served',
  'alter table overview add column planned integer not null default 0',
  'alter table overview add column wanted text',
  'alter table overview add column unreachable_since text',
  'alter table overview add column unreachable_told integer not null default 0',
  'alter table overview add column unreachable_message text',
  'alter table overview add column asks text',
  `alter table overview add column stands text not null default 'never'`,
  // Everything that counts and orders are made of, so that they leave the wide rows alone.
  `create index overview_standing on overview (removed, product, not_after, due_at, automatic, kept, stands, state,
    unreachable_told, name, started_at, connection_id)`,
  // Made anew from what they summarise. Those of removed connections only name them.
  'delete from overview where removed = 0',
];
