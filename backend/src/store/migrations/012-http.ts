import { type Kysely, type Migration, sql } from 'kysely';

/** Connections whose names are proved over HTTP. Released: never edited again. */
export const http01: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `alter table connections add column challenge text not null default 'dns-01' check (challenge in ('dns-01', 'http-01'))`,
  `alter table connections add column http text not null default '{"plugin":"","settings":{},"credential":null}'
    check (json_valid(http))`,
];
