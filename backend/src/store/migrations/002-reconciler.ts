import { type Kysely, type Migration, sql } from 'kysely';

/** What the reconciler remembers, and the ledger of what CAs were asked for. */
export const reconciler: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `create table watches (
    connection_id integer primary key,
    next_at text not null,
    ends_at text,
    memory text not null check (json_valid(memory))
  ) strict`,
  'create index watches_next on watches (next_at)',

  // No foreign keys: the ledger outlives connections and renewals, so that neither can make it forget.
  `create table issuances (
    seq integer primary key autoincrement,
    at text not null,
    kind text not null check (kind in ('certificate', 'failed-validation', 'rate-limited')),
    connection_id integer not null,
    renewal_id text not null,
    issuer_key text not null,
    ca text not null,
    profile text,
    names text not null check (json_valid(names)),
    name_set text not null,
    wanted_names text not null check (json_valid(wanted_names)),
    domains text not null check (json_valid(domains)),
    renews integer not null check (renews in (0, 1)),
    replaces integer not null check (replaces in (0, 1)),
    sha256 text,
    certificate text check (json_valid(certificate)),
    chain text check (json_valid(chain)),
    check ((kind = 'certificate') = (sha256 is not null and certificate is not null and chain is not null))
  ) strict`,
  'create unique index issuances_once on issuances (connection_id, sha256) where sha256 is not null',
  'create index issuances_at on issuances (at)',
  "create index issuances_of_connection on issuances (connection_id, seq) where kind = 'certificate'",
  'create index issuances_sha256 on issuances (sha256) where sha256 is not null',
  "create index issuances_names on issuances (ca, name_set) where kind = 'certificate'",
];
