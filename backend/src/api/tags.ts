import { createHash } from 'node:crypto';
import { readPolicy } from '../access/policy.ts';
import { readSsoSettings, SSO_VAULT_ENTRY } from '../access/sso-settings.ts';
import type { ApiToken, User } from '../store/access.ts';
import type { Store } from '../store/store.ts';

/**
 * Tags tell whether something is as it was read, where nothing counts its changes. What happens by itself, as a login or a use,
 * is no change. A tag reveals nothing of what it is made of.
 */

export function tagOfUser({ role, scope, disabled, passwordHash, totpEnabled, ssoSubject }: User): string {
  return digest([role, scope, disabled, passwordHash, totpEnabled, ssoSubject]);
}

export function tagOfToken({
  expiresAt,
  revokedAt,
  successorId,
}: Pick<ApiToken, 'expiresAt' | 'revokedAt' | 'successorId'>): string {
  return digest([expiresAt, revokedAt, successorId]);
}

export async function userTag(store: Store, id: string): Promise<string | undefined> {
  const user = await store.access.users.get(Number(id));
  return user && tagOfUser(user);
}

export async function tokenTag(store: Store, id: string): Promise<string | undefined> {
  const token = await store.access.tokens.get(Number(id));
  return token && tagOfToken(token);
}

/** What is in a credential cannot be guessed by its tag: it is made of the seal. */
export async function credentialTag(store: Store, name: string): Promise<string | undefined> {
  return await store.vault.sealOf(name);
}

export async function policyTag(store: Store): Promise<string> {
  return digest(await readPolicy(store));
}

export async function ssoTag(store: Store): Promise<string> {
  return digest([await readSsoSettings(store), (await store.vault.sealOf(SSO_VAULT_ENTRY)) ?? null]);
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}
