import { type Kysely, type Migration, sql } from 'kysely';

/** Released: never edited again. A change of the schema is a new file and a new line in index.ts. */
export const accounts: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // Ids are not reused: the log keeps naming an account that is gone.
  `create table accounts (
    id integer primary key autoincrement,
    family text not null check (family in ('issuer', 'dns')),
    name text not null collate nocase,
    ref text not null check (json_valid(ref)),
    version integer not null,
    unique (family, name)
  ) strict`,

  `alter table connections add column incomplete text not null default '[]' check (json_valid(incomplete))`,
];
