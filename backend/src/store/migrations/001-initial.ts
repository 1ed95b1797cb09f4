import { type Kysely, type Migration, sql } from 'kysely';

/** Released: never edited again. A change of the schema is a new file and a new line in index.ts. */
export const initial: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // Ids are not reused: renewals, events and folders of accounts/ keep naming a connection that is gone.
  `create table connections (
    id integer primary key autoincrement,
    name text not null,
    appliance text not null check (json_valid(appliance)),
    slot text not null,
    dns_names text not null check (json_valid(dns_names)),
    issuer text not null check (json_valid(issuer)),
    dns text not null check (json_valid(dns)),
    dns_rules text not null check (json_valid(dns_rules)),
    policy text not null check (json_valid(policy)),
    created_at text not null,
    version integer not null
  ) strict`,

  // `seq` is the order in which renewals began, whatever the clock said. No foreign key: history outlives its connection.
  `create table renewals (
    seq integer primary key autoincrement,
    id text not null unique,
    connection_id integer not null,
    state text not null check (json_valid(state)),
    machine_version integer not null,
    facts text not null check (json_type(facts) = 'object'),
    started_at text not null,
    finished_at text,
    outcome text
  ) strict`,
  'create unique index renewals_unfinished on renewals (connection_id) where finished_at is null',
  'create index renewals_of_connection on renewals (connection_id, seq)',

  `create table events (
    seq integer primary key autoincrement,
    at text not null,
    event text not null check (json_valid(event)),
    renewal_id text generated always as (event ->> '$.renewalId') virtual
  ) strict`,
  'create index events_of_renewal on events (renewal_id, seq)',

  // One row: which master key the vault was sealed with.
  `create table vault_key (
    id integer primary key check (id = 1),
    key_id text not null
  ) strict`,

  `create table vault (
    name text primary key,
    plugin text not null,
    fields text not null check (json_valid(fields)),
    key_id text not null,
    nonce blob not null,
    sealed blob not null,
    changed_at text not null
  ) strict`,

  `create table settings (
    name text primary key,
    value text not null check (json_valid(value))
  ) strict`,
];
