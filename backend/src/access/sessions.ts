import { AppError } from '../domain/errors.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { SessionRow, User } from '../store/access.ts';
import type { Store } from '../store/store.ts';
import { digest, newSecretText } from './digest.ts';

export interface SessionLimits {
  /** Milliseconds without a request after which a session ends. */
  readonly idleMs: number;
  /** Milliseconds after which it ends in any case. */
  readonly longestMs: number;
}

/** Where a login comes from, as the person sees it in the list of sessions. */
export interface Origin {
  readonly address: string;
  readonly agent: string;
}

/** Milliseconds. The time of the last use is stored no more often. */
const TOUCH = 60_000;
const LONGEST_AGENT = 200;

/** Sessions of people. The cookie holds 256 random bits, the store only their hash. */
export class Sessions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #limits: SessionLimits;

  constructor(store: Store, clock: Clock, limits: SessionLimits) {
    this.#store = store;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** A new one, whatever the browser sent before. `secret` is for its cookie. */
  async begin(
    user: Pick<User, 'id' | 'name'>,
    via: SessionRow['via'],
    { address, agent }: Origin,
  ): Promise<{ readonly secret: string; readonly session: SessionRow }> {
    const now = this.#clock.now();
    const secret = newSecretText();
    const session = await this.#store.transaction(async (tx) => {
      await tx.access.sessions.removeEnded(now.toISOString(), this.#notUsedSince(now));
      await tx.access.users.update(user.id, { lastLoginAt: now.toISOString() });
      await tx.events.append([{ type: 'access.login', actor: user.name, via, address }]);
      return await tx.access.sessions.insert({
        hash: digest(secret),
        userId: user.id,
        via,
        address,
        agent: agent.slice(0, LONGEST_AGENT),
        createdAt: now.toISOString(),
        usedAt: now.toISOString(),
        endsAt: new Date(now.getTime() + this.#limits.longestMs).toISOString(),
      });
    });
    return { secret, session };
  }

  /** Null when there is none, it has ended, or its user may not come in. `use`: a person does something with it. */
  async find(secret: string, use: boolean): Promise<{ readonly session: SessionRow; readonly user: User } | null> {
    const session = await this.#store.access.sessions.byHash(digest(secret));
    if (!session || this.endOf(session) <= this.#clock.now()) return null;
    const user = await this.#store.access.users.get(session.userId);
    if (!user || user.disabled) return null;
    if (use) await this.#touch(session);
    return { session, user };
  }

  /** When it ends unless it is used before. */
  endOf({ usedAt, endsAt }: SessionRow): Date {
    return new Date(Math.min(Date.parse(usedAt) + this.#limits.idleMs, Date.parse(endsAt)));
  }

  /** Those that can be used, the last used first. */
  async ofUser(userId: number): Promise<readonly SessionRow[]> {
    const now = this.#clock.now();
    return (await this.#store.access.sessions.ofUser(userId)).filter((session) => this.endOf(session) > now);
  }

  async logOut({ id }: SessionRow, actor: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await tx.access.sessions.remove(id);
      await tx.events.append([{ type: 'access.logout', actor }]);
    });
  }

  /** Ends one of a user's sessions, or all but the one that asks. @throws AppError NOT_FOUND */
  async end(
    user: Pick<User, 'id' | 'name'>,
    which: { readonly id: number } | { readonly allBut: number },
  ): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const { sessions } = tx.access;
      if ('allBut' in which) await sessions.removeOf(user.id, which.allBut);
      else if ((await sessions.ofUser(user.id)).some(({ id }) => id === which.id)) await sessions.remove(which.id);
      else throw new AppError('NOT_FOUND', `You have no session ${which.id}.`);
      await tx.events.append([{ type: 'access.sessions-ended', actor: user.name, name: user.name }]);
    });
  }

  async #touch({ id, usedAt }: SessionRow): Promise<void> {
    const now = this.#clock.now();
    if (now.getTime() - Date.parse(usedAt) > Math.min(TOUCH, this.#limits.idleMs / 10))
      await this.#store.access.sessions.touch(id, now.toISOString());
  }

  #notUsedSince(now: Date): string {
    return new Date(now.getTime() - this.#limits.idleMs).toISOString();
  }
}

/** What a page has to send back with each change: made of the cookie, which scripts of other sites cannot read. */
export function csrfToken(sessionSecret: string): string {
  return digest(`csrf ${sessionSecret}`);
}
