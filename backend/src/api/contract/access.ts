import { z } from 'zod';
import type { Duty } from '../../access/authority.ts';
import { ssoSettings } from '../../access/sso-settings.ts';
import { DEFAULT_TOKEN_DAYS, LONGEST_TOKEN_DAYS } from '../../access/tokens.ts';
import { ROLES, type Role, SCOPES, type Scope } from '../../domain/roles.ts';
import { Secret } from '../../domain/secret.ts';

/** Requests and answers about who may come in. */

const LONGEST_PASSWORD = 1_024;

const password = z
  .string()
  .min(1)
  .max(LONGEST_PASSWORD)
  .transform((text) => new Secret(text));

const userName = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/, 'letters, digits, ".", "_", "@", "+" and "-", without spaces');

const role = z.enum(ROLES);
const scope = z.enum(SCOPES);
const days = z.int().min(1).max(LONGEST_TOKEN_DAYS);
const code = z.string().trim().min(6).max(40);

export const loginRequest = z.strictObject({
  user: z.string().trim().min(1).max(256),
  password,
  code: code.nullish().transform((value) => value ?? null),
});

export const setUpRequest = z.strictObject({ token: password, user: userName, password });

export const passwordChange = z.strictObject({ current: password, next: password });

export const codeRequest = z.strictObject({ code });

/** Before something that a thief of the session must not do. */
export const passwordRequest = z.strictObject({ password });

/** What proves a person who is logged in: for single sign-on nothing, otherwise the password, and the code of a second factor that is set up. */
export const proof = { password: password.optional(), code: code.optional() };

export const newUser = z.strictObject({
  name: userName,
  role,
  scope: scope.default('all'),
  /** Null: logs in by single sign-on. */
  password: password.nullable(),
});

export const changedUser = z.strictObject({
  role: role.optional(),
  scope: scope.optional(),
  disabled: z.boolean().optional(),
});

export const newToken = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role,
  /** An empty list: what it will register itself, and nothing else. */
  connectionIds: z.array(z.int().positive()).nullable().default(null),
  expiresInDays: days.default(DEFAULT_TOKEN_DAYS),
});

export const tokenRotation = z.strictObject({
  /** ISO 8601: until then both are good. */
  oldUntil: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  expiresInDays: days.default(DEFAULT_TOKEN_DAYS),
});

export const accessPolicy = z.strictObject({ secondFactorFor: z.array(role) });

export const ssoInput = z.strictObject({ settings: ssoSettings, clientSecret: password.optional() });

export const newOwner = z.strictObject({ ownerId: z.int().positive().nullable() });

/** For the page before the login. */
export interface SessionOptions {
  /** Nobody is there yet: the first administrator has to be created. */
  readonly setUpNeeded: boolean;
  /** What stands on the button; null without single sign-on. */
  readonly sso: string | null;
}

/** Who asks. */
export interface SessionView {
  readonly kind: 'local' | 'user' | 'token';
  readonly actor: string;
  readonly role: Role;
  /** Sees only some connections. */
  readonly limited: boolean;
  /** What has to be done before anything else. */
  readonly duty: Duty | null;
  /** To be sent back as `X-CSRF-Token` with each change; null unless logged in by cookie. */
  readonly csrfToken: string | null;
  /** Null unless a user asks. */
  readonly user: OwnAccount | null;
}

export interface OwnAccount {
  readonly id: number;
  readonly name: string;
  readonly scope: Scope;
  /** False for single sign-on. */
  readonly hasPassword: boolean;
  readonly secondFactor: boolean;
  readonly recoveryCodes: number;
}

export interface SessionEntry {
  readonly id: number;
  /** The one that asks. */
  readonly current: boolean;
  readonly via: 'password' | 'sso';
  readonly address: string;
  /** As the browser calls itself. */
  readonly agent: string;
  readonly createdAt: string;
  readonly usedAt: string;
}

export interface LoggedOut {
  /** Where to go to end the session at the provider of single sign-on too. */
  readonly signOutUrl: string | null;
}

export interface EnrolmentView {
  readonly secret: string;
  readonly uri: string;
  readonly svg: string;
}

export interface RecoveryCodesView {
  readonly recoveryCodes: readonly string[];
}

export interface UserView {
  readonly id: number;
  /** To be sent as `If-Match`, in quotes. */
  readonly tag: string;
  readonly name: string;
  readonly role: Role;
  readonly scope: Scope;
  readonly disabled: boolean;
  readonly hasPassword: boolean;
  readonly sso: boolean;
  readonly secondFactor: boolean;
  readonly createdAt: string;
  readonly lastLoginAt: string | null;
}

export interface TokenView {
  readonly id: number;
  /** To be sent as `If-Match`, in quotes. */
  readonly tag: string;
  readonly name: string;
  readonly hint: string;
  readonly role: Role;
  readonly connectionIds: readonly number[] | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
  readonly successorId: number | null;
}

/** The one answer with the token itself. */
export interface NewTokenView extends TokenView {
  readonly token: string;
}

export interface SsoView {
  readonly settings: z.output<typeof ssoSettings> | null;
  readonly clientSecretSet: boolean;
  /** To be registered at the provider. */
  readonly redirectUri: string;
}

export interface SsoTestView {
  readonly issuer: string;
  readonly authorizationEndpoint: string | null;
}
