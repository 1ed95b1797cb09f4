import type { FaultView } from '../faults.ts';

export interface Account {
  readonly user: string;
  readonly password: string;
  /** 0 may read, 1 and above may also write. */
  readonly privilege: number;
}

/** The platform accounts of the node. The API and the CLI ask the same ones. */
export class Accounts {
  readonly #accounts: readonly Account[];
  readonly #faults: FaultView;
  #failures = 0;

  constructor(accounts: readonly Account[], faults: FaultView) {
    this.#accounts = accounts;
    this.#faults = faults;
  }

  /** How often nobody was let in, over HTTPS and SSH together. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether even the right password lets nobody in. */
  get areLocked(): boolean {
    return this.#faults.has('account-locked');
  }

  logIn(user: string, password: string): Account | null {
    const isClosed = this.areLocked || this.#faults.has('password-changed');
    const account = this.#accounts.find((one) => one.user === user && one.password === password);
    if (account && !isClosed) return account;
    this.#failures += 1;
    return null;
  }
}
