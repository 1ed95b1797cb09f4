import { type Kysely, type Migration, sql } from 'kysely';

/** Released: never edited again. A change of the schema is a new file and a new line in index.ts. */
export const notify: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `create table notifiers (
    id integer primary key autoincrement,
    name text not null,
    plugin text not null check (json_valid(plugin)),
    enabled integer not null check (enabled in (0, 1)),
    since integer not null,
    created_at text not null,
    version integer not null
  ) strict`,

  `create table notification_rules (
    id integer primary key autoincrement,
    notifier_id integer not null references notifiers (id) on delete cascade,
    rule text not null check (json_type(rule) = 'object'),
    created_at text not null,
    version integer not null
  ) strict`,
  'create index notification_rules_of_notifier on notification_rules (notifier_id)',

  // The unique index makes an event that is read twice harmless.
  `create table notices (
    id integer primary key autoincrement,
    notifier_id integer not null references notifiers (id) on delete cascade,
    message_id text not null,
    matter text,
    message text not null check (json_type(message) = 'object'),
    state text not null check (state in ('waiting', 'delivered', 'given-up')),
    created_at text not null,
    tries integer not null,
    next_try_at text,
    answer text check (answer is null or json_valid(answer))
  ) strict`,
  'create unique index notices_once on notices (notifier_id, message_id)',
  "create index notices_waiting on notices (notifier_id, id) where state = 'waiting'",
  'create index notices_of_matter on notices (matter)',

  `create table notice_matters (
    key text primary key,
    opened_by integer not null,
    connection_id integer,
    matter text not null check (json_type(matter) = 'object')
  ) strict`,
];
