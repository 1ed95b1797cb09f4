import { AppError } from '../domain/errors.ts';
import type { HttpFactory } from '../plugins/http.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { ApiToken, SessionRow, User } from '../store/access.ts';
import type { Store } from '../store/store.ts';
import { Authority, type Duty } from './authority.ts';
import { Login } from './login.ts';
import { Passwords, type ScryptParameters } from './passwords.ts';
import { readPolicy } from './policy.ts';
import { type SessionLimits, Sessions } from './sessions.ts';
import { SetUp } from './set-up.ts';
import { SingleSignOn } from './sso.ts';
import { Throttle } from './throttle.ts';
import { Tokens } from './tokens.ts';
import { SecondFactor } from './totp.ts';
import { Users } from './users.ts';

export interface AccessOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly http: HttpFactory;
  /** Folder of the set-up token. */
  readonly dataDir: string;
  readonly sessionLimits: SessionLimits;
  readonly scrypt?: ScryptParameters | undefined;
}

/** Everything about who may come in and what they may do. */
export class Access {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly secondFactor: SecondFactor;
  readonly login: Login;
  readonly setUp: SetUp;
  readonly sso: SingleSignOn;
  readonly #store: Store;
  readonly #clock: Clock;

  constructor({ store, clock, http, dataDir, sessionLimits, scrypt }: AccessOptions) {
    const passwords = new Passwords(scrypt);
    const throttle = new Throttle(store, clock);
    this.#store = store;
    this.#clock = clock;
    this.users = new Users(store, passwords, throttle);
    this.sessions = new Sessions(store, clock, sessionLimits);
    this.tokens = new Tokens(store, clock);
    this.secondFactor = new SecondFactor(store, clock);
    this.login = new Login({ store, passwords, throttle, secondFactor: this.secondFactor });
    this.setUp = new SetUp(store, this.users, dataDir);
    this.sso = new SingleSignOn(store, http);
  }

  /** @throws AppError UNAUTHENTICATED */
  async byToken(secret: string): Promise<Authority> {
    const token = await this.tokens.find(secret);
    if (!token) throw new AppError('UNAUTHENTICATED', 'The API token is wrong, expired or revoked.');
    return authorityOfToken(token);
  }

  /** Null when the session has ended. */
  async bySession(secret: string, use: boolean): Promise<Authority | null> {
    const found = await this.sessions.find(secret, use);
    return found && (await this.#authorityOfUser(found.user, found.session));
  }

  /** The same caller as they are now: for what goes on for long. Null when they may no longer. */
  async again(authority: Authority): Promise<Authority | null> {
    if (authority.session) return await this.#againOfSession(authority.session);
    if (authority.tokenId === null) return authority;
    const token = await this.#store.access.tokens.get(authority.tokenId);
    return token && this.tokens.isGood(token) ? authorityOfToken(token) : null;
  }

  /** When the caller has to be looked at again; null: not because time passes. */
  async endOf(authority: Authority): Promise<Date | null> {
    if (authority.tokenId !== null) {
      const token = await this.#store.access.tokens.get(authority.tokenId);
      return token ? new Date(token.expiresAt) : this.#clock.now();
    }
    if (!authority.session) return null;
    const session = await this.#store.access.sessions.byHash(authority.session.hash);
    return session ? this.sessions.endOf(session) : this.#clock.now();
  }

  async #againOfSession({ hash }: SessionRow): Promise<Authority | null> {
    const session = await this.#store.access.sessions.byHash(hash);
    if (!session || this.sessions.endOf(session) <= this.#clock.now()) return null;
    const user = await this.#store.access.users.get(session.userId);
    return user && !user.disabled ? await this.#authorityOfUser(user, session) : null;
  }

  async #authorityOfUser(user: User, session: SessionRow): Promise<Authority> {
    return new Authority({
      kind: 'user',
      actor: user.name,
      role: user.role,
      reach: user.scope === 'all' ? 'all' : { ownerId: user.id },
      userId: user.id,
      session,
      duty: await this.#dutyOf(user, session),
    });
  }

  async #dutyOf(user: User, session: SessionRow): Promise<Duty | null> {
    if (session.via === 'sso') return null;
    if (user.passwordTemporary) return 'change-password';
    if (user.totpEnabled) return null;
    const { secondFactorFor } = await readPolicy(this.#store);
    return secondFactorFor.includes(user.role) ? 'set-up-second-factor' : null;
  }
}

function authorityOfToken({ id, name, role, connectionIds }: ApiToken): Authority {
  return new Authority({
    kind: 'token',
    actor: `API token "${name}"`,
    role,
    reach: connectionIds === null ? 'all' : { connectionIds },
    tokenId: id,
  });
}
