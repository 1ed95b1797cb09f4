import type { Generated } from 'kysely';

/** The tables of migration 005. Truth is 1 or 0; instants are ISO 8601. */
export interface AccessTables {
  users: UsersTable;
  sessions: SessionsTable;
  api_tokens: ApiTokensTable;
  recovery_codes: { user_id: number; hash: string };
  login_attempts: LoginAttemptsTable;
}

export interface UsersTable {
  id: Generated<number>;
  name: string;
  role: string;
  scope: string;
  password_hash: string | null;
  password_temporary: number;
  sso_subject: string | null;
  disabled: number;
  totp_enabled: number;
  totp_last_step: number;
  created_at: string;
  last_login_at: string | null;
}

export interface SessionsTable {
  id: Generated<number>;
  hash: string;
  user_id: number;
  via: string;
  address: string;
  agent: string;
  created_at: string;
  used_at: string;
  ends_at: string;
}

export interface ApiTokensTable {
  id: Generated<number>;
  hash: string;
  hint: string;
  name: string;
  role: string;
  /** A JSON list. */
  connection_ids: string | null;
  created_by: string;
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
  successor_id: number | null;
}

export interface LoginAttemptsTable {
  key: string;
  failures: number;
  last_at: string;
  locked_until: string | null;
}
