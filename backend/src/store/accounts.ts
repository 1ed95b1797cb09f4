import type { PluginRef } from './store.ts';

export type AccountFamily = 'issuer' | 'dns';

/** An issuer or a DNS service with its settings, under a name, for any number of connections. */
export interface Account {
  readonly id: number;
  readonly family: AccountFamily;
  /** Unique within the family, in whatever case. Never only digits: it can stand where an id can. */
  readonly name: string;
  readonly ref: PluginRef;
  /** 1 at first, one more with each update. */
  readonly version: number;
}

/** What stands in a connection in place of settings of its own. */
export interface AccountUse {
  readonly account: number;
}

/** One use of an account. A connection that uses it twice is there once. */
export interface AccountUser {
  readonly accountId: number;
  readonly connectionId: number;
  readonly connectionName: string;
}

export type NewAccount = Omit<Account, 'id' | 'version'>;

export interface AccountTable {
  /** In the order of their names. */
  all(): Promise<readonly Account[]>;
  get(id: number): Promise<Account | undefined>;
  /** The id is never used again. @throws AppError CONFLICT when the family has one with this name */
  insert(account: NewAccount): Promise<Account>;
  /**
   * Replaces name and settings; the family stays. Returns what is stored now.
   *
   * @throws AppError CONFLICT when `account.version` is not the stored one, or the name is another's; NOT_FOUND
   */
  update(account: Account): Promise<Account>;
  /** @throws AppError CONFLICT naming the connections that use it; NOT_FOUND */
  remove(id: number): Promise<void>;
  /** Who uses which account, in the order of the names of the connections. */
  users(): Promise<readonly AccountUser[]>;
}
