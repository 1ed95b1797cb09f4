import type { Faults } from '../faults.ts';
import type { PublicKey } from './jws.ts';
import { Problem } from './problem.ts';
import { randomId } from './urls.ts';

export interface Account {
  readonly id: string;
  key: PublicKey;
  status: 'valid' | 'deactivated';
  contact: readonly string[];
  /** kid of the external account it was bound to. */
  readonly externalAccount: string | null;
}

/** The accounts of this CA, found by id or by key. They live as long as the process, or until it forgets them. */
export class Accounts {
  readonly #byId = new Map<string, Account>();
  readonly #faults: Faults;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  create(key: PublicKey, contact: readonly string[], externalAccount: string | null): Account {
    const account: Account = { id: randomId(), key, status: 'valid', contact, externalAccount };
    this.#byId.set(account.id, account);
    return account;
  }

  byKey(key: PublicKey): Account | null {
    const accounts = [...this.#byId.values()];
    return accounts.find((account) => account.key.thumbprint === key.thumbprint) ?? null;
  }

  /**
   * The account that signs a request.
   *
   * @throws Problem accountDoesNotExist, or unauthorized (401) when it was deactivated
   */
  signing(id: string | null): Account {
    if (this.#faults.take('ca-account-gone')) this.forget();
    const account = this.#byId.get(id ?? '');
    if (account === undefined) throw new Problem('accountDoesNotExist', 'no account has the URL given as "kid"');
    refuseDeactivated(account);
    return account;
  }

  forget(): void {
    this.#byId.clear();
  }
}

/** @throws Problem unauthorized (401, RFC 8555 section 7.3.6) */
export function refuseDeactivated(account: Account): void {
  if (account.status !== 'valid') throw new Problem('unauthorized', 'the account is deactivated', { status: 401 });
}
