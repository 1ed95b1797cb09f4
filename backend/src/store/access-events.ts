import type { Role } from '../domain/roles.ts';

/** What happened at the door, or to those who may come in. `actor` did it; for a login, whoever tried. */
export type AccessEvent =
  | { readonly type: 'access.set-up'; readonly actor: string; readonly name: string }
  | {
      readonly type: 'access.login';
      readonly actor: string;
      readonly via: 'password' | 'sso';
      readonly address: string;
    }
  /** `actor` is null when there is no such user: what was typed may be a password in the wrong field. */
  | { readonly type: 'access.login-failed'; readonly actor: string | null; readonly address: string }
  /** No attempt is looked at before `until` (ISO 8601). */
  | {
      readonly type: 'access.locked';
      readonly actor: string | null;
      readonly address: string;
      readonly until: string;
    }
  | { readonly type: 'access.logout'; readonly actor: string }
  | { readonly type: 'access.sessions-ended'; readonly actor: string; readonly name: string }
  | { readonly type: 'access.user-created'; readonly actor: string; readonly name: string; readonly role: Role }
  /** `change` completes "anna was …": `made operator`, `disabled`. */
  | { readonly type: 'access.user-changed'; readonly actor: string; readonly name: string; readonly change: string }
  | { readonly type: 'access.user-removed'; readonly actor: string; readonly name: string }
  | { readonly type: 'access.password-changed'; readonly actor: string; readonly name: string }
  | {
      readonly type: 'access.second-factor';
      readonly actor: string;
      readonly name: string;
      readonly change: 'set up' | 'removed' | 'recovery code used' | 'recovery codes made anew';
    }
  | {
      readonly type: 'access.token-created' | 'access.token-rotated' | 'access.token-revoked';
      readonly actor: string;
      readonly name: string;
    }
  | { readonly type: 'access.settings-changed'; readonly actor: string }
  /** Every stored secret left in an encrypted file. */
  | { readonly type: 'access.secrets-exported'; readonly actor: string };
