import { z } from 'zod';
import { ssoSettings } from '../../access/sso-settings.ts';
import { ROLES, SCOPES } from '../../domain/roles.ts';
import type * as contract from '../contract/access.ts';
import { instant, tag } from './common.ts';

const role = z.enum(ROLES);
const scope = z.enum(SCOPES);

export const sessionOptions = z.object({
  setUpNeeded: z.boolean(),
  sso: z.string().nullable(),
}) satisfies z.ZodType<contract.SessionOptions>;

export const session = z
  .object({
    kind: z.enum(['local', 'user', 'token']),
    actor: z.string(),
    role,
    limited: z.boolean(),
    duty: z.enum(['change-password', 'set-up-second-factor']).nullable(),
    csrfToken: z.string().nullable(),
    user: z
      .object({
        id: z.int(),
        name: z.string(),
        scope,
        hasPassword: z.boolean(),
        secondFactor: z.boolean(),
        recoveryCodes: z.int(),
      })
      .nullable(),
  })
  .meta({ id: 'Session' }) satisfies z.ZodType<contract.SessionView>;

export const sessionEntry = z.object({
  id: z.int(),
  current: z.boolean(),
  via: z.enum(['password', 'sso']),
  address: z.string(),
  agent: z.string(),
  createdAt: instant,
  usedAt: instant,
}) satisfies z.ZodType<contract.SessionEntry>;

export const loggedOut = z.object({ signOutUrl: z.string().nullable() }) satisfies z.ZodType<contract.LoggedOut>;

export const enrolment = z.object({
  secret: z.string(),
  uri: z.string(),
  svg: z.string(),
}) satisfies z.ZodType<contract.EnrolmentView>;

export const recoveryCodes = z.object({
  recoveryCodes: z.array(z.string()),
}) satisfies z.ZodType<contract.RecoveryCodesView>;

export const user = z
  .object({
    id: z.int(),
    tag,
    name: z.string(),
    role,
    scope,
    disabled: z.boolean(),
    hasPassword: z.boolean(),
    sso: z.boolean(),
    secondFactor: z.boolean(),
    createdAt: instant,
    lastLoginAt: instant.nullable(),
  })
  .meta({ id: 'User' }) satisfies z.ZodType<contract.UserView>;

export const token = z
  .object({
    id: z.int(),
    tag,
    name: z.string(),
    hint: z.string(),
    role,
    connectionIds: z.array(z.int()).nullable(),
    createdBy: z.string(),
    createdAt: instant,
    expiresAt: instant,
    lastUsedAt: instant.nullable(),
    revokedAt: instant.nullable(),
    successorId: z.int().nullable(),
  })
  .meta({ id: 'Token' }) satisfies z.ZodType<contract.TokenView>;

export const newToken = z.object({
  ...token.shape,
  token: z.string().meta({ description: 'Shown here and never again' }),
}) satisfies z.ZodType<contract.NewTokenView>;

export const sso = z.object({
  settings: ssoSettings.nullable(),
  clientSecretSet: z.boolean(),
  redirectUri: z.string(),
}) satisfies z.ZodType<contract.SsoView>;

export const ssoTest = z.object({
  issuer: z.string(),
  authorizationEndpoint: z.string().nullable(),
}) satisfies z.ZodType<contract.SsoTestView>;
