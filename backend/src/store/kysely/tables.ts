import type { Generated, GeneratedAlways } from 'kysely';
import type { AccessTables } from './access-tables.ts';
import type { AuditTables } from './audit-table.ts';
import type { BulkItemsTable } from './bulk.ts';
import type { CertificatesTable } from './certificates.ts';
import type { IdempotencyRowsTable } from './idempotency.ts';
import type { NotifyTablesRows } from './notify-tables.ts';
import type { OverviewTable } from './overview-rows.ts';
import type { RevocationsTable } from './revocations.ts';

/**
 * The rows as SQLite holds them: text, numbers, bytes and null, as better-sqlite3 refuses booleans and dates.
 * Columns of type `JsonText` are written with `toJson` and read with `fromJson`.
 */
export interface Tables extends AccessTables, AuditTables, NotifyTablesRows {
  connections: ConnectionsTable;
  calendars: CalendarsTable;
  renewals: RenewalsTable;
  events: EventsTable;
  vault: VaultTable;
  vault_key: { id: number; key_id: string };
  settings: { name: string; value: JsonText };
  watches: WatchesTable;
  issuances: IssuancesTable;
  fallbacks: FallbacksTable;
  idempotency: IdempotencyRowsTable;
  accounts: AccountsTable;
  overview: OverviewTable;
  certificates: CertificatesTable;
  bulk_items: BulkItemsTable;
  revocations: RevocationsTable;
}

export interface AccountsTable {
  id: Generated<number>;
  family: string;
  name: string;
  ref: JsonText;
  version: number;
}

export interface ConnectionsTable {
  id: Generated<number>;
  name: string;
  appliance: JsonText;
  slot: string;
  dns_names: JsonText;
  issuer: JsonText;
  dns: JsonText;
  dns_rules: JsonText;
  challenge: 'dns-01' | 'http-01';
  http: JsonText;
  policy: JsonText;
  incomplete: JsonText;
  created_at: string;
  version: number;
  owner_id: number | null;
  second_issuer: JsonText | null;
  second_chain: string | null;
}

export interface CalendarsTable {
  id: Generated<number>;
  name: string;
  zone: string;
  openings: JsonText;
  freezes: JsonText;
  icalendar: JsonText;
  copy: JsonText;
  created_at: string;
  version: number;
}

export interface RenewalsTable {
  seq: Generated<number>;
  id: string;
  connection_id: number;
  state: JsonText;
  machine_version: number;
  facts: JsonText;
  started_at: string;
  finished_at: string | null;
  outcome: string | null;
}

export interface EventsTable {
  seq: Generated<number>;
  at: string;
  event: JsonText;
  renewal_id: GeneratedAlways<string | null>;
  connection_id: GeneratedAlways<number | null>;
  type: GeneratedAlways<string>;
}

export interface VaultTable {
  name: string;
  plugin: string;
  fields: JsonText;
  key_id: string;
  nonce: Uint8Array;
  sealed: Uint8Array;
  changed_at: string;
}

export interface WatchesTable {
  connection_id: number;
  next_at: string;
  ends_at: string | null;
  memory: JsonText;
}

export interface IssuancesTable {
  seq: Generated<number>;
  at: string;
  kind: 'certificate' | 'failed-validation' | 'rate-limited';
  connection_id: number;
  renewal_id: string;
  issuer_key: string;
  ca: string;
  profile: string | null;
  names: JsonText;
  name_set: string;
  wanted_names: JsonText;
  domains: JsonText;
  renews: number;
  replaces: number;
  sha256: string | null;
  certificate: JsonText | null;
  chain: JsonText | null;
}

export interface FallbacksTable {
  sha256: string;
  connection_id: number;
  used_at: string | null;
  lost_at: string | null;
  lost_why: string | null;
}

export type JsonText = string;

export function toJson(value: object | string | number | boolean | null): JsonText {
  return JSON.stringify(value);
}

/** The type is trusted: only the store writes these columns, from values of the same type. */
export function fromJson<T>(text: JsonText): T {
  return JSON.parse(text) as T;
}
