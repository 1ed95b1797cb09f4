import { AppError } from '../domain/errors.ts';
import type { Role, Scope } from '../domain/roles.ts';
import type { Secret } from '../domain/secret.ts';
import type { User, UserChange } from '../store/access.ts';
import type { DomainEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { type Passwords, refuseWeakPassword } from './passwords.ts';
import type { Throttle } from './throttle.ts';
import { forgetSecondFactor } from './totp.ts';

export interface UserInput {
  readonly name: string;
  readonly role: Role;
  readonly scope: Scope;
  /** Null for one who comes in by single sign-on. */
  readonly password: Secret | null;
  /** To be changed at the first login. */
  readonly temporary: boolean;
}

export interface UserSettings {
  readonly role?: Role | undefined;
  readonly scope?: Scope | undefined;
  readonly disabled?: boolean | undefined;
}

/** Creates, changes and removes users, and keeps at least one administrator who can come in. */
export class Users {
  readonly #store: Store;
  readonly #passwords: Passwords;
  readonly #throttle: Throttle;

  constructor(store: Store, passwords: Passwords, throttle: Throttle) {
    this.#store = store;
    this.#passwords = passwords;
    this.#throttle = throttle;
  }

  /** @throws AppError CONFLICT when the name is taken; INVALID_SETTINGS for a weak password */
  async create({ name, role, scope, password, temporary }: UserInput, actor: string): Promise<User> {
    const passwordHash = password && (await this.#hashed(password, name));
    return await this.#store.transaction(async (tx) => {
      const user = await tx.access.users.insert({
        name,
        role,
        scope,
        passwordHash,
        passwordTemporary: temporary && passwordHash !== null,
        ssoSubject: null,
      });
      await tx.events.append([{ type: 'access.user-created', actor, name, role }]);
      return user;
    });
  }

  /** The one who may do everything, while there is nobody yet. @throws AppError CONFLICT */
  async createFirst(name: string, password: Secret): Promise<User> {
    const passwordHash = await this.#hashed(password, name);
    return await this.#store.transaction(async (tx) => {
      if ((await tx.access.users.count()) > 0) throw new AppError('CONFLICT', 'There is an administrator already.');
      const user = await tx.access.users.insert({
        name,
        role: 'admin',
        scope: 'all',
        passwordHash,
        passwordTemporary: false,
        ssoSubject: null,
      });
      await tx.events.append([{ type: 'access.set-up', actor: name, name }]);
      return user;
    });
  }

  /** Whoever is disabled is logged out. @throws AppError NOT_FOUND, CONFLICT */
  async change(id: number, settings: UserSettings, actor: string): Promise<User> {
    return await this.#store.transaction(async (tx) => {
      const before = await existingUser(tx, id);
      const after = await tx.access.users.update(id, defined(settings));
      if (rulesAll(before)) await refuseWithoutAdmin(tx);
      if (after.disabled) await tx.access.sessions.removeOf(id);
      await tx.events.append(changesOf(before, after, actor));
      return after;
    });
  }

  /** Connections that belong to the user belong to nobody afterwards. @throws AppError NOT_FOUND, CONFLICT */
  async remove(id: number, actor: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const user = await existingUser(tx, id);
      const { name } = user;
      await forgetSecondFactor(tx, id);
      await tx.access.users.remove(id);
      if (rulesAll(user)) await refuseWithoutAdmin(tx);
      await tx.events.append([{ type: 'access.user-removed', actor, name }]);
    });
  }

  /** By an administrator: has to be changed at the next login, and ends all sessions. @throws AppError NOT_FOUND */
  async resetPassword(id: number, password: Secret, actor: string): Promise<User> {
    const { name } = await existingUser(this.#store, id);
    const passwordHash = await this.#hashed(password, name);
    await this.#throttle.unlock(name);
    return await this.#store.transaction(async (tx) => {
      await tx.access.sessions.removeOf(id);
      await tx.events.append([{ type: 'access.password-changed', actor, name }]);
      return await tx.access.users.update(id, { passwordHash, passwordTemporary: true });
    });
  }

  /** By the user, who has just confirmed `current`: ends all other sessions. @throws AppError INVALID_SETTINGS */
  async changePassword(user: User, current: Secret, next: Secret, sessionId: number): Promise<void> {
    if (current.reveal() === next.reveal())
      throw new AppError('INVALID_SETTINGS', 'password: it has to be another one than before.');
    const passwordHash = await this.#hashed(next, user.name);
    await this.#store.transaction(async (tx) => {
      await tx.access.users.update(user.id, { passwordHash, passwordTemporary: false });
      await tx.access.sessions.removeOf(user.id, sessionId);
      await tx.events.append([{ type: 'access.password-changed', actor: user.name, name: user.name }]);
    });
  }

  /** By an administrator, when the phone is lost. @throws AppError NOT_FOUND */
  async resetSecondFactor(id: number, actor: string): Promise<User> {
    return await this.#store.transaction(async (tx) => {
      const { name } = await existingUser(tx, id);
      await forgetSecondFactor(tx, id);
      await tx.access.sessions.removeOf(id);
      await tx.events.append([{ type: 'access.second-factor', actor, name, change: 'removed' }]);
      return await existingUser(tx, id);
    });
  }

  async #hashed(password: Secret, name: string): Promise<string> {
    refuseWeakPassword(password, name);
    return await this.#passwords.hash(password);
  }
}

/** @throws AppError NOT_FOUND */
export async function existingUser(store: Store, id: number): Promise<User> {
  const user = await store.access.users.get(id);
  if (!user) throw new AppError('NOT_FOUND', `There is no user ${id}.`);
  return user;
}

async function refuseWithoutAdmin(tx: Store): Promise<void> {
  if (!(await tx.access.users.all()).some(rulesAll))
    throw new AppError('CONFLICT', 'This is the last administrator. Make somebody else administrator first.');
}

/** Can come in and mend whatever others cannot. */
function rulesAll({ role, scope, disabled }: User): boolean {
  return role === 'admin' && scope === 'all' && !disabled;
}

function changesOf(before: User, after: User, actor: string): readonly DomainEvent[] {
  const changes = [
    ...(after.role === before.role ? [] : [`made ${after.role}`]),
    ...(after.scope === before.scope
      ? []
      : [after.scope === 'all' ? 'given all connections' : 'limited to own connections']),
    ...(after.disabled === before.disabled ? [] : [after.disabled ? 'disabled' : 'enabled']),
  ];
  return changes.map((change) => ({ type: 'access.user-changed', actor, name: after.name, change }));
}

function defined({ role, scope, disabled }: UserSettings): UserChange {
  return {
    ...(role === undefined ? {} : { role }),
    ...(scope === undefined ? {} : { scope }),
    ...(disabled === undefined ? {} : { disabled }),
  };
}
