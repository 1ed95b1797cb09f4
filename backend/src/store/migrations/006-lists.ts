import { type Kysely, type Migration, sql } from 'kysely';

/** Released: never edited again. What lists are made of, beside what it summarises. */
export const lists: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // One row for each connection, also for those that were removed: history goes on naming them. As long as the schedule has
  // not said from when on a certificate is due, 30 days stand for a third of the lifetime of most.
  `create table overview (
    connection_id integer primary key,
    name text not null collate nocase,
    product text not null,
    address text,
    slot text not null,
    search text not null,
    practice integer not null,
    incomplete integer not null,
    automatic integer not null,
    days_before integer,
    next_at text,
    next_why text,
    due_from text,
    removed integer not null default 0,
    renewal_seq integer,
    renewal_id text,
    started_at text,
    finished_at text,
    outcome text,
    state text,
    note text,
    resume_at text,
    committed integer not null default 0,
    old_still_served integer,
    served integer not null default 0,
    seen_at text,
    not_after text,
    due_at text,
    answered integer,
    endpoints text check (endpoints is null or json_valid(endpoints))
  ) strict`,
  // No generated column: SQLite would read the row for it although an index holds it.
  `create trigger overview_due after update of not_after, days_before, due_from on overview begin
    update overview
      set due_at = coalesce(new.due_from,
        strftime('%Y-%m-%dT%H:%M:%fZ', new.not_after, '-' || coalesce(new.days_before, 30) || ' days'))
      where connection_id = new.connection_id;
  end`,
  'create index overview_by_name on overview (removed, name)',
  // Everything that counts and orders are made of, so that they leave the wide rows alone.
  `create index overview_standing on overview (removed, product, not_after, due_at, automatic, incomplete, renewal_id,
    finished_at, state, outcome, old_still_served, served, name, started_at, connection_id)`,
  'create index overview_by_next on overview (next_at) where next_at is not null',

  // What was issued. The PEM texts are in the facts of the renewal.
  `create table certificates (
    seq integer primary key autoincrement,
    sha256 text not null unique,
    connection_id integer not null,
    renewal_id text not null,
    serial text not null,
    subject text not null,
    issuer text not null,
    dns_names text not null check (json_valid(dns_names)),
    not_before text not null,
    not_after text not null,
    key_kind text not null,
    issued_at text not null,
    search text not null
  ) strict`,
  'create index certificates_of_connection on certificates (connection_id, seq)',

  `create table bulk_items (
    seq integer primary key autoincrement,
    bulk_id text not null,
    action text not null,
    actor text not null,
    connection_id integer not null,
    state text not null,
    message text,
    renewal_id text,
    asked_at text not null,
    finished_at text
  ) strict`,
  'create index bulk_items_of_bulk on bulk_items (bulk_id, seq)',
  'create index bulk_items_by_state on bulk_items (state, seq)',

  `alter table events add column connection_id integer generated always as (event ->> '$.connectionId') virtual`,
  `alter table events add column type text generated always as (event ->> '$.type') virtual`,
  'create index events_of_connection on events (connection_id, seq)',
  'create index events_of_type on events (type, seq)',
];
