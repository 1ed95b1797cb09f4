import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import { ROLES, type Role, SCOPES } from '../domain/roles.ts';
import type { Secret } from '../domain/secret.ts';
import { trustFields, trustOf } from '../plugins/trust.ts';
import type { Store } from '../store/store.ts';

const KEY = 'access.sso';
export const SSO_VAULT_ENTRY = 'access:sso';

const groups = z.array(z.string().trim().min(1)).default([]);

/** How people log in at an OpenID Connect provider. The client secret is apart, in the vault. */
export const ssoSettings = z.strictObject({
  /** On the button: "Sign in with …". */
  title: z.string().trim().min(1).max(60).default('single sign-on'),
  /** As the provider calls itself: `https://login.example.com/realms/voice`. */
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().trim().min(1),
  scopes: z.string().trim().default('openid profile email'),
  /** The claim that becomes the user name. */
  nameClaim: z.string().trim().min(1).default('preferred_username'),
  /** The claim with the groups of a person. */
  groupsClaim: z.string().trim().min(1).default('groups'),
  /** Groups that give a role; of several roles the one that may most. */
  roles: z.strictObject({ viewer: groups, operator: groups, admin: groups }).prefault({}),
  /** For people in none of these groups; null: they do not get in. */
  otherwise: z.enum(ROLES).nullable().default(null),
  /** Whether people whom nobody has added get in. */
  createUsers: z.boolean().default(false),
  /** Which connections they see, until an administrator changes it. */
  scopeOfNew: z.enum(SCOPES).default('all'),
  ...trustFields,
});

export type SsoSettings = z.output<typeof ssoSettings>;

/** With the secret when there is one. */
export interface Sso {
  readonly settings: SsoSettings;
  readonly clientSecret: Secret | null;
}

/** Null when single sign-on is off. */
export async function readSso(store: Store): Promise<Sso | null> {
  const settings = await readSsoSettings(store);
  if (settings === null) return null;
  return { settings, clientSecret: (await store.vault.get(SSO_VAULT_ENTRY))?.fields.clientSecret ?? null };
}

export async function readSsoSettings(store: Store): Promise<SsoSettings | null> {
  const kept = await store.settings.get(KEY);
  return kept === undefined || kept === null ? null : ssoSettings.parse(kept);
}

/**
 * `null` turns it off. A secret that is not given stays as it is, unless the provider is another one.
 *
 * @throws AppError INVALID_SETTINGS
 */
export async function writeSso(
  store: Store,
  settings: SsoSettings | null,
  clientSecret: Secret | null,
  actor: string,
): Promise<void> {
  if (settings) refuseUnsafe(settings);
  await store.transaction(async (tx) => {
    const before = await readSso(tx);
    const moved = before?.settings.issuer !== settings?.issuer;
    await tx.settings.put(KEY, settings && JSON.parse(JSON.stringify(settings)));
    if (clientSecret) await tx.vault.put(SSO_VAULT_ENTRY, { plugin: 'sso', fields: { clientSecret } });
    else if (moved) await tx.vault.remove(SSO_VAULT_ENTRY);
    await tx.events.append([{ type: 'access.settings-changed', actor }]);
  });
}

/** @throws AppError INVALID_SETTINGS */
export function refuseUnsafe(settings: SsoSettings): void {
  trustOf(settings);
  const { protocol, hostname } = new URL(settings.issuer);
  if (protocol === 'http:' && !['127.0.0.1', '[::1]', 'localhost'].includes(hostname))
    throw new AppError('INVALID_SETTINGS', 'issuer: an address with https:// is needed.');
  if (!settings.scopes.split(/\s+/).includes('openid'))
    throw new AppError('INVALID_SETTINGS', 'scopes: "openid" has to be among them.');
}

/** The role that the claims of a person give; `undefined` when roles are not the provider's business. */
export function roleFromClaims(
  { roles, otherwise, groupsClaim }: SsoSettings,
  claims: Readonly<Record<string, unknown>>,
): Role | null | undefined {
  const claimed = claims[groupsClaim];
  const groupsOfPerson = (Array.isArray(claimed) ? claimed : [claimed]).filter((group) => typeof group === 'string');
  const given = ROLES.filter((role) => roles[role].some((group) => groupsOfPerson.includes(group)));
  const best = given.at(-1);
  if (best) return best;
  const mapped = ROLES.some((role) => roles[role].length > 0);
  return mapped || otherwise !== null ? otherwise : undefined;
}
