/** What somebody may do, from least to most; each includes those before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** Which connections a user sees: all, or those that belong to the user. */
export const SCOPES = ['all', 'own'] as const;

export type Scope = (typeof SCOPES)[number];

export function includesRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
