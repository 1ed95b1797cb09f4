import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import type { User } from '../store/access.ts';
import type { Store } from '../store/store.ts';
import type { Passwords } from './passwords.ts';
import type { Attempt, Throttle } from './throttle.ts';
import type { SecondFactor } from './totp.ts';

export interface Credentials {
  readonly name: string;
  readonly password: Secret;
  /** Of the authenticator app, or a recovery code; null when none was given. */
  readonly code: string | null;
}

interface LoginDeps {
  readonly store: Store;
  readonly passwords: Passwords;
  readonly throttle: Throttle;
  readonly secondFactor: SecondFactor;
}

/** Finds out whether somebody is who they say. */
export class Login {
  readonly #deps: LoginDeps;

  constructor(deps: LoginDeps) {
    this.#deps = deps;
  }

  /**
   * Answers the same, and after the same time, for unknown users, wrong passwords and disabled users.
   *
   * @throws AppError TOO_MANY_ATTEMPTS; LOGIN_FAILED; SECOND_FACTOR_NEEDED when only the code is missing
   */
  async check({ name, password, code }: Credentials, address: string): Promise<User> {
    const { store, passwords, throttle } = this.#deps;
    const attempt = { name, address };
    await throttle.begin(attempt);
    const user = await store.access.users.byName(name.trim());
    const right = await passwords.verify(password, user?.passwordHash ?? null);
    if (!user || !right || user.disabled) return await this.#refuse(attempt, user);
    if (user.totpEnabled && code === null) {
      await throttle.forgive(attempt, false);
      throw new AppError('SECOND_FACTOR_NEEDED', 'The password is right; a code is needed too.');
    }
    if (user.totpEnabled && !(await this.#deps.secondFactor.accept(user, code ?? ''))) {
      return await this.#refuse(attempt, user);
    }
    await throttle.forgive(attempt, true);
    return await this.#rehashed(user, password);
  }

  /** The password again, of somebody who is logged in, before something that a thief of the session must not do. */
  async confirm(user: User, password: Secret, address: string): Promise<void> {
    const attempt = { name: user.name, address };
    await this.#deps.throttle.begin(attempt);
    if (!(await this.#deps.passwords.verify(password, user.passwordHash))) await this.#refuse(attempt, user);
    await this.#deps.throttle.forgive(attempt, true);
  }

  async #refuse(attempt: Attempt, user: User | undefined): Promise<never> {
    const { store, throttle } = this.#deps;
    const actor = user?.name ?? null;
    const { address } = attempt;
    const until = await throttle.lockedUntil(attempt);
    await store.events.append([
      { type: 'access.login-failed', actor, address },
      ...(until === null ? [] : [{ type: 'access.locked', actor, address, until } as const]),
    ]);
    throw new AppError('LOGIN_FAILED', 'User name, password or code is wrong.');
  }

  async #rehashed(user: User, password: Secret): Promise<User> {
    const { store, passwords } = this.#deps;
    if (user.passwordHash === null || !passwords.isOutdated(user.passwordHash)) return user;
    return await store.access.users.update(user.id, { passwordHash: await passwords.hash(password) });
  }
}
