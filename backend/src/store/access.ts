import type { Role, Scope } from '../domain/roles.ts';

/** Who may come in. Nothing here is a secret in clear: passwords, sessions and tokens are kept as hashes. */
export interface AccessStore {
  readonly users: UserTable;
  readonly sessions: SessionTable;
  readonly tokens: ApiTokenTable;
  readonly recoveryCodes: RecoveryCodeTable;
  readonly attempts: LoginAttemptTable;
}

export interface User {
  readonly id: number;
  /** Unique, whatever the case of its letters. */
  readonly name: string;
  readonly role: Role;
  readonly scope: Scope;
  /** As access/passwords.ts writes it; null for a user who logs in by single sign-on only. */
  readonly passwordHash: string | null;
  /** Somebody else chose it: it has to be changed at the next login. */
  readonly passwordTemporary: boolean;
  /** Issuer and subject, once the user has come in by single sign-on. */
  readonly ssoSubject: string | null;
  readonly disabled: boolean;
  readonly totpEnabled: boolean;
  /** The time step of the last code that was taken: it and all before it are used up. */
  readonly totpLastStep: number;
  /** ISO 8601 */
  readonly createdAt: string;
  /** ISO 8601 */
  readonly lastLoginAt: string | null;
}

export type NewUser = Pick<User, 'name' | 'role' | 'scope' | 'passwordHash' | 'passwordTemporary' | 'ssoSubject'>;
export type UserChange = Partial<Omit<User, 'id' | 'name' | 'createdAt'>>;

export interface UserTable {
  /** In the order of their names. */
  all(): Promise<readonly User[]>;
  count(): Promise<number>;
  get(id: number): Promise<User | undefined>;
  byName(name: string): Promise<User | undefined>;
  bySubject(ssoSubject: string): Promise<User | undefined>;
  /** @throws AppError CONFLICT when the name is taken. */
  insert(user: NewUser): Promise<User>;
  /** @throws AppError NOT_FOUND */
  update(id: number, change: UserChange): Promise<User>;
  /** True when no code of this time step or a later one was taken before: then this one is used up. */
  useTotpStep(id: number, step: number): Promise<boolean>;
  /** With sessions and recovery codes; connections of the user belong to nobody afterwards. @throws AppError NOT_FOUND */
  remove(id: number): Promise<void>;
}

export interface SessionRow {
  readonly id: number;
  /** SHA-256 of what the cookie holds. */
  readonly hash: string;
  readonly userId: number;
  readonly via: 'password' | 'sso';
  readonly address: string;
  readonly agent: string;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly usedAt: string;
  /** Ends then, used or not. */
  readonly endsAt: string;
}

export interface SessionTable {
  insert(session: Omit<SessionRow, 'id'>): Promise<SessionRow>;
  byHash(hash: string): Promise<SessionRow | undefined>;
  ofUser(userId: number): Promise<readonly SessionRow[]>;
  touch(id: number, usedAt: string): Promise<void>;
  remove(id: number): Promise<void>;
  /** All of a user, but for one. */
  removeOf(userId: number, exceptId?: number): Promise<void>;
  /** Those that have ended, or were not used since. */
  removeEnded(now: string, notUsedSince: string): Promise<void>;
}

export interface ApiToken {
  readonly id: number;
  /** SHA-256 of the token. */
  readonly hash: string;
  /** How it begins: enough to tell it from others. */
  readonly hint: string;
  readonly name: string;
  readonly role: Role;
  /** The only connections that it sees; null: all. */
  readonly connectionIds: readonly number[] | null;
  /** Name of the user who made it. */
  readonly createdBy: string;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
  /** The token that takes its place. */
  readonly successorId: number | null;
}

export interface ApiTokenTable {
  /** The newest first. */
  all(): Promise<readonly ApiToken[]>;
  get(id: number): Promise<ApiToken | undefined>;
  byHash(hash: string): Promise<ApiToken | undefined>;
  insert(token: Omit<ApiToken, 'id' | 'lastUsedAt' | 'revokedAt' | 'successorId'>): Promise<ApiToken>;
  /** @throws AppError NOT_FOUND */
  update(
    id: number,
    change: Partial<Pick<ApiToken, 'connectionIds' | 'expiresAt' | 'lastUsedAt' | 'revokedAt' | 'successorId'>>,
  ): Promise<ApiToken>;
}

export interface RecoveryCodeTable {
  /** In place of all that the user had. */
  replace(userId: number, hashes: readonly string[]): Promise<void>;
  /** True when there was such a code: it is gone then. */
  use(userId: number, hash: string): Promise<boolean>;
  count(userId: number): Promise<number>;
}

export interface LoginAttempts {
  readonly failures: number;
  /** ISO 8601 */
  readonly lastAt: string;
  readonly lockedUntil: string | null;
}

export interface LoginAttemptTable {
  get(key: string): Promise<LoginAttempts | undefined>;
  put(key: string, attempts: LoginAttempts): Promise<void>;
  remove(key: string): Promise<void>;
  /** Those whose last attempt was before. */
  removeBefore(lastAt: string): Promise<void>;
}
