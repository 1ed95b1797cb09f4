import { includesRole, type Role } from '../domain/roles.ts';
import type { SessionRow } from '../store/access.ts';
import type { Connection } from '../store/store.ts';

/** Which connections somebody sees: all, those of one owner, or those on a list. */
export type Reach = 'all' | { readonly ownerId: number } | { readonly connectionIds: readonly number[] };

/** What a person has to do before anything else. */
export type Duty = 'change-password' | 'set-up-second-factor';

export interface AuthorityParts {
  readonly kind: 'local' | 'user' | 'token';
  /** For events: the name of the user, or which API token it was. */
  readonly actor: string;
  readonly role: Role;
  readonly reach: Reach;
  /** Null unless a user asks. */
  readonly userId?: number | null;
  /** Null unless a user asks. */
  readonly session?: SessionRow | null;
  readonly tokenId?: number | null;
  readonly duty?: Duty | null;
}

/** Who asks, and what they may do: made for each request, and the only place that decides it. */
export class Authority {
  readonly kind: AuthorityParts['kind'];
  readonly actor: string;
  readonly role: Role;
  readonly reach: Reach;
  readonly userId: number | null;
  readonly session: SessionRow | null;
  readonly tokenId: number | null;
  readonly duty: Duty | null;

  constructor({ kind, actor, role, reach, userId, session, tokenId, duty }: AuthorityParts) {
    this.kind = kind;
    this.actor = actor;
    this.role = role;
    this.reach = reach;
    this.userId = userId ?? null;
    this.session = session ?? null;
    this.tokenId = tokenId ?? null;
    this.duty = duty ?? null;
  }

  /** Sees only some connections, and therefore nothing that concerns all of them. */
  get limited(): boolean {
    return this.reach !== 'all';
  }

  /** Whether the role suffices, and the connection, when one is given, can be seen. */
  may(needed: Role, connection?: Pick<Connection, 'id' | 'ownerId'>): boolean {
    return includesRole(this.role, needed) && (connection === undefined || this.sees(connection));
  }

  sees({ id, ownerId }: Pick<Connection, 'id' | 'ownerId'>): boolean {
    if (this.reach === 'all') return true;
    return 'ownerId' in this.reach ? ownerId === this.reach.ownerId : this.reach.connectionIds.includes(id);
  }
}

/** Whoever can read the access token in the data folder: the operator of this machine. */
export function localAuthority(): Authority {
  return new Authority({ kind: 'local', actor: 'local operator', role: 'admin', reach: 'all' });
}
