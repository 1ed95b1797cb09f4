import { AppError } from '../domain/errors.ts';
import type { Role } from '../domain/roles.ts';
import { Secret } from '../domain/secret.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { ApiToken } from '../store/access.ts';
import type { Store } from '../store/store.ts';
import { digest, newSecretText } from './digest.ts';

/** Tells people and secret scanners what it is. */
export const TOKEN_PREFIX = 'cfy_';

export const DEFAULT_TOKEN_DAYS = 90;
export const LONGEST_TOKEN_DAYS = 365;

const HINT_LENGTH = TOKEN_PREFIX.length + 6;
const DAY = 86_400_000;
/** Milliseconds. The time of the last use is stored no more often. */
const TOUCH = 60_000;

export interface TokenInput {
  readonly name: string;
  readonly role: Role;
  /** Null: all. */
  readonly connectionIds: readonly number[] | null;
  readonly expiresInDays: number;
}

export interface CreatedToken {
  readonly token: ApiToken;
  /** The only time that it can be read. */
  readonly secret: Secret;
}

/** Tokens for scripts. The store has their hashes only. */
export class Tokens {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** @throws AppError NOT_FOUND for a connection that is not there */
  async create(input: TokenInput, actor: string): Promise<CreatedToken> {
    return await this.#store.transaction(async (tx) => {
      const created = await this.#insert(tx, input, actor);
      await tx.events.append([{ type: 'access.token-created', actor, name: input.name }]);
      return created;
    });
  }

  /**
   * A successor that may do the same. The old one stays good until `oldUntil`, but never longer than it was.
   *
   * @throws AppError NOT_FOUND; CONFLICT when it is revoked, or has a successor already
   */
  async rotate(id: number, oldUntil: Date, expiresInDays: number, actor: string): Promise<CreatedToken> {
    return await this.#store.transaction(async (tx) => {
      const old = await this.#existing(tx, id);
      if (old.revokedAt !== null) throw new AppError('CONFLICT', `The API token "${old.name}" is revoked.`);
      if (old.successorId !== null)
        throw new AppError('CONFLICT', `The API token "${old.name}" has a successor already.`);
      const created = await this.#insert(tx, { ...old, expiresInDays }, actor);
      await tx.access.tokens.update(id, {
        successorId: created.token.id,
        expiresAt: new Date(Math.min(oldUntil.getTime(), Date.parse(old.expiresAt))).toISOString(),
      });
      await tx.events.append([{ type: 'access.token-rotated', actor, name: old.name }]);
      return created;
    });
  }

  /** At once. @throws AppError NOT_FOUND */
  async revoke(id: number, actor: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const { name, revokedAt } = await this.#existing(tx, id);
      if (revokedAt !== null) return;
      await tx.access.tokens.update(id, { revokedAt: this.#clock.now().toISOString() });
      await tx.events.append([{ type: 'access.token-revoked', actor, name }]);
    });
  }

  /** @throws AppError NOT_FOUND */
  existing(id: number): Promise<ApiToken> {
    return this.#existing(this.#store, id);
  }

  /** Null when there is none, or it is no longer good. */
  async find(secret: string): Promise<ApiToken | null> {
    if (!secret.startsWith(TOKEN_PREFIX)) return null;
    const token = await this.#store.access.tokens.byHash(digest(secret));
    if (!token || !this.isGood(token)) return null;
    const now = this.#clock.now();
    if (now.getTime() - Date.parse(token.lastUsedAt ?? token.createdAt) > TOUCH || token.lastUsedAt === null)
      return await this.#store.access.tokens.update(token.id, { lastUsedAt: now.toISOString() });
    return token;
  }

  isGood({ revokedAt, expiresAt }: ApiToken): boolean {
    return revokedAt === null && Date.parse(expiresAt) > this.#clock.now().getTime();
  }

  async #insert(
    tx: Store,
    { name, role, connectionIds, expiresInDays }: TokenInput,
    actor: string,
  ): Promise<CreatedToken> {
    for (const id of connectionIds ?? []) {
      if (!(await tx.connections.get(id))) throw new AppError('NOT_FOUND', `There is no connection ${id}.`);
    }
    const now = this.#clock.now();
    const secret = `${TOKEN_PREFIX}${newSecretText()}`;
    const token = await tx.access.tokens.insert({
      hash: digest(secret),
      hint: secret.slice(0, HINT_LENGTH),
      name,
      role,
      connectionIds,
      createdBy: actor,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + expiresInDays * DAY).toISOString(),
    });
    return { token, secret: new Secret(secret) };
  }

  async #existing(tx: Store, id: number): Promise<ApiToken> {
    const token = await tx.access.tokens.get(id);
    if (!token) throw new AppError('NOT_FOUND', `There is no API token ${id}.`);
    return token;
  }
}
