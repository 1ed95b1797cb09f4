/** The contract of access, by type only: nothing of the backend is bundled. */

export type { AccessPolicy } from '../../../backend/src/access/policy.ts';
export type {
  EnrolmentView,
  LoggedOut,
  NewTokenView,
  OwnAccount,
  RecoveryCodesView,
  SessionEntry,
  SessionOptions,
  SessionView,
  SsoTestView,
  SsoView,
  TokenView,
  UserView,
} from '../../../backend/src/api/contract/access.ts';
export type { Role, Scope } from '../../../backend/src/domain/roles.ts';
