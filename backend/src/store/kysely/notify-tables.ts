import type { Generated } from 'kysely';

/** The rows of what people are told, as SQLite holds them: see tables.ts. */
export interface NotifyTablesRows {
  notifiers: NotifiersTable;
  notification_rules: RulesTable;
  notices: NoticesTable;
  notice_matters: { key: string; opened_by: number; connection_id: number | null; matter: string };
}

export interface NotifiersTable {
  id: Generated<number>;
  name: string;
  plugin: string;
  enabled: number;
  since: number;
  created_at: string;
  version: number;
}

export interface RulesTable {
  id: Generated<number>;
  notifier_id: number;
  rule: string;
  created_at: string;
  version: number;
}

export interface NoticesTable {
  id: Generated<number>;
  notifier_id: number;
  message_id: string;
  matter: string | null;
  message: string;
  state: 'waiting' | 'delivered' | 'given-up';
  created_at: string;
  tries: number;
  next_try_at: string | null;
  answer: string | null;
  tried_since: string | null;
}
