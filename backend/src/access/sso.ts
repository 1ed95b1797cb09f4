import * as oidc from 'openid-client';
import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import type { Role } from '../domain/roles.ts';
import type { HttpFactory } from '../plugins/http.ts';
import type { User } from '../store/access.ts';
import type { Store } from '../store/store.ts';
import { discoverProvider, ssoFailure } from './sso-provider.ts';
import { readSso, refuseUnsafe, roleFromClaims, type Sso, type SsoSettings } from './sso-settings.ts';

/** Kept by the browser between leaving for the provider and coming back. */
export const pendingLogin = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string() });

export type PendingLogin = z.output<typeof pendingLogin>;

const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/;
const BY_PROVIDER = 'single sign-on';

type Claims = Readonly<Record<string, unknown>> & { readonly sub: string; readonly iss: string };

/** Login at an OpenID Connect provider: authorization code with PKCE, state and nonce. */
export class SingleSignOn {
  readonly #store: Store;
  readonly #http: HttpFactory;

  constructor(store: Store, http: HttpFactory) {
    this.#store = store;
    this.#http = http;
  }

  /** Where the browser goes, and what it has to bring back. @throws AppError NOT_FOUND, SINGLE_SIGN_ON_FAILED */
  async begin(redirectUri: string): Promise<{ readonly url: URL; readonly pending: PendingLogin }> {
    const sso = await this.#required();
    await using provider = await discoverProvider(this.#http, sso);
    const verifier = oidc.randomPKCECodeVerifier();
    const pending = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier };
    const url = oidc.buildAuthorizationUrl(provider.config, {
      redirect_uri: redirectUri,
      scope: sso.settings.scopes,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { url, pending };
  }

  /**
   * The user that the provider vouches for, with the role that its groups give now.
   *
   * @throws AppError SINGLE_SIGN_ON_FAILED when it does not vouch; FORBIDDEN when the person has no place here
   */
  async finish(callback: URL, { state, nonce, verifier }: PendingLogin): Promise<User> {
    const sso = await this.#required();
    const claims = await this.#claims(sso, callback, { state, nonce, verifier });
    return await this.#userOf(sso.settings, claims);
  }

  /** Where the browser goes to end the session at the provider too; null when the provider has no such place. */
  async signOutUrl(afterwards: string): Promise<string | null> {
    const sso = await readSso(this.#store);
    if (!sso) return null;
    await using provider = await discoverProvider(this.#http, sso);
    if (provider.config.serverMetadata().end_session_endpoint === undefined) return null;
    return oidc.buildEndSessionUrl(provider.config, { post_logout_redirect_uri: afterwards }).href;
  }

  /** Asks the provider who it is. @throws AppError SINGLE_SIGN_ON_FAILED */
  async test(sso: Sso): Promise<{ readonly issuer: string; readonly authorizationEndpoint: string | null }> {
    refuseUnsafe(sso.settings);
    await using provider = await discoverProvider(this.#http, sso);
    const { issuer, authorization_endpoint: endpoint } = provider.config.serverMetadata();
    return { issuer, authorizationEndpoint: endpoint ?? null };
  }

  async #required(): Promise<Sso> {
    const sso = await readSso(this.#store);
    if (!sso) throw new AppError('NOT_FOUND', 'Single sign-on is not set up here.');
    return sso;
  }

  async #claims(sso: Sso, callback: URL, { state, nonce, verifier }: PendingLogin): Promise<Claims> {
    await using provider = await discoverProvider(this.#http, sso);
    const { config } = provider;
    try {
      const tokens = await oidc.authorizationCodeGrant(config, callback, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new AppError('SINGLE_SIGN_ON_FAILED', 'The provider sent no ID token.');
      if (sso.settings.groupsClaim in claims || config.serverMetadata().userinfo_endpoint === undefined) return claims;
      // Many providers keep groups out of the ID token.
      return { ...(await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims };
    } catch (cause) {
      throw ssoFailure('The provider did not vouch for you', cause);
    }
  }

  /**
   * Known by issuer and subject. A user whom an administrator has added for single sign-on is bound at the first login;
   * one with a password never is, since names at the provider may be chosen by others.
   */
  async #userOf(settings: SsoSettings, claims: Claims): Promise<User> {
    const subject = `${claims.iss} ${claims.sub}`;
    const role = roleFromClaims(settings, claims);
    if (role === null) throw new AppError('FORBIDDEN', 'None of your groups has a role here.');
    return await this.#store.transaction(async (tx) => {
      const { users } = tx.access;
      const name = nameOf(settings, claims);
      const known = (await users.bySubject(subject)) ?? (await this.#bind(tx, name, subject));
      if (!known) return await create(tx, settings, { name, subject, role });
      if (known.disabled) throw new AppError('FORBIDDEN', 'Your account is disabled.');
      if (role === undefined || role === known.role) return known;
      await tx.events.append([
        { type: 'access.user-changed', actor: BY_PROVIDER, name: known.name, change: `made ${role}` },
      ]);
      return await users.update(known.id, { role });
    });
  }

  async #bind(tx: Store, name: string, subject: string): Promise<User | null> {
    const expected = await tx.access.users.byName(name);
    if (!expected) return null;
    if (expected.passwordHash !== null || expected.ssoSubject !== null)
      throw new AppError('FORBIDDEN', `The name "${name}" belongs to another user here.`);
    return await tx.access.users.update(expected.id, { ssoSubject: subject });
  }
}

interface Newcomer {
  readonly name: string;
  readonly subject: string;
  readonly role: Role | undefined;
}

async function create(
  tx: Store,
  { createUsers, scopeOfNew: scope }: SsoSettings,
  { name, subject, role }: Newcomer,
): Promise<User> {
  if (!createUsers) throw new AppError('FORBIDDEN', `Nobody has added the user "${name}" here.`);
  if (role === undefined) throw new AppError('FORBIDDEN', 'None of your groups has a role here.');
  await tx.events.append([{ type: 'access.user-created', actor: BY_PROVIDER, name, role }]);
  return await tx.access.users.insert({
    name,
    role,
    scope,
    passwordHash: null,
    passwordTemporary: false,
    ssoSubject: subject,
  });
}

function nameOf({ nameClaim }: SsoSettings, claims: Claims): string {
  const name = claims[nameClaim] ?? claims.email ?? claims.sub;
  if (typeof name !== 'string' || !USER_NAME.test(name))
    throw new AppError('FORBIDDEN', `The claim "${nameClaim}" cannot be a user name.`);
  return name;
}
