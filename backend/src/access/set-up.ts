import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import type { User } from '../store/access.ts';
import { readIfThere, writePrivateFile } from '../store/private-files.ts';
import type { Store } from '../store/store.ts';
import { newSecretText, sameText } from './digest.ts';
import type { Users } from './users.ts';

/** The one-time token with which the first administrator is created. There is no default password. */
export class SetUp {
  readonly #store: Store;
  readonly #users: Users;
  readonly #file: string;

  constructor(store: Store, users: Users, dataDir: string) {
    this.#store = store;
    this.#users = users;
    this.#file = join(dataDir, 'setup-token');
  }

  async isNeeded(): Promise<boolean> {
    return (await this.#store.access.users.count()) === 0;
  }

  /** Kept in `setup-token` of the data folder, mode 0600, until it was used; null when there are users. */
  async token(): Promise<Secret | null> {
    if (!(await this.isNeeded())) {
      await this.#burn();
      return null;
    }
    const kept = (await readIfThere(this.#file))?.trim();
    if (kept) return new Secret(kept);
    const token = newSecretText();
    await writePrivateFile(this.#file, `${token}\n`);
    return new Secret(token);
  }

  /** @throws AppError CONFLICT when somebody was quicker; LOGIN_FAILED; INVALID_SETTINGS for a weak password */
  async createAdministrator(token: Secret, name: string, password: Secret): Promise<User> {
    const expected = await this.token();
    if (!expected) throw new AppError('CONFLICT', 'There is an administrator already. Log in.');
    if (!sameText(token.reveal(), expected.reveal())) {
      throw new AppError('LOGIN_FAILED', 'This is not the set-up token. The daemon printed it when it started.');
    }
    const user = await this.#users.createFirst(name, password);
    await this.#burn();
    return user;
  }

  async #burn(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}
