export interface Account {
  readonly user: string;
  readonly password: string;
  /** 0 may read, 1 and above may also write. */
  readonly privilege: number;
}

/** The platform accounts of the node. The API and the CLI ask the same ones. */
export class Accounts {
  readonly #accounts: readonly Account[];
  #failures = 0;

  constructor(accounts: readonly Account[]) {
    this.#accounts = accounts;
  }

  /** How often a user or password was wrong, over HTTPS and SSH together. */
  get failures(): number {
    return this.#failures;
  }

  logIn(user: string, password: string): Account | null {
    const account = this.#accounts.find((one) => one.user === user && one.password === password);
    if (!account) this.#failures += 1;
    return account ?? null;
  }
}
