import { type Kysely, type Migration, sql } from 'kysely';

/** Released: never edited again. A change of the schema is a new file and a new line in index.ts. */
export const access: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // Ids are not reused: events and connections keep naming a user that is gone.
  `create table users (
    id integer primary key autoincrement,
    name text not null unique collate nocase,
    role text not null,
    scope text not null,
    password_hash text,
    password_temporary integer not null,
    sso_subject text unique,
    disabled integer not null,
    totp_enabled integer not null,
    totp_last_step integer not null,
    created_at text not null,
    last_login_at text
  ) strict`,

  `create table sessions (
    id integer primary key autoincrement,
    hash text not null unique,
    user_id integer not null references users (id) on delete cascade,
    via text not null,
    address text not null,
    agent text not null,
    created_at text not null,
    used_at text not null,
    ends_at text not null
  ) strict`,
  'create index sessions_of_user on sessions (user_id)',

  `create table api_tokens (
    id integer primary key autoincrement,
    hash text not null unique,
    hint text not null,
    name text not null,
    role text not null,
    connection_ids text check (connection_ids is null or json_valid(connection_ids)),
    created_by text not null,
    created_at text not null,
    expires_at text not null,
    last_used_at text,
    revoked_at text,
    successor_id integer
  ) strict`,

  `create table recovery_codes (
    user_id integer not null references users (id) on delete cascade,
    hash text not null,
    primary key (user_id, hash)
  ) strict`,

  // Keys are hashes: what is typed as a user name may be a password in the wrong field.
  `create table login_attempts (
    key text primary key,
    failures integer not null,
    last_at text not null,
    locked_until text
  ) strict`,

  'alter table connections add column owner_id integer',
];
