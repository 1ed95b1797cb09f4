import type { Role } from '../domain/roles.ts';
import type { JsonObject } from './store.ts';

/** `refused`: nothing was changed. `failed`: it was begun, and something went wrong. */
export type AuditOutcome = 'done' | 'refused' | 'failed';

/** Who did what, from where. Holds no secrets. */
export interface AuditEntry {
  /** A user, an API token or `schedule`; null when nobody knows. */
  readonly actor: string | null;
  /** What the actor was then. */
  readonly role: Role | null;
  readonly address: string | null;
  /** `connection.change` */
  readonly action: string;
  /** `connection 3`, `user anna` */
  readonly subject: string | null;
  readonly outcome: AuditOutcome;
  readonly detail: JsonObject;
}

/** A link of the chain: see audit-chain.ts. */
export interface AuditRow extends AuditEntry {
  /** 1, 2, 3 …, without a gap. */
  readonly seq: number;
  /** ISO 8601 */
  readonly at: string;
  /** Hash of the row before; of the first row, 64 zeros. */
  readonly previous: string;
  /** SHA-256 in hex. */
  readonly hash: string;
}

/** The end of the chain at some time: whoever keeps it elsewhere notices when the chain before it is made anew. */
export type AuditHead = Pick<AuditRow, 'seq' | 'hash'>;

export interface AuditFilter {
  readonly actor?: string | undefined;
  /** Also the beginning of one: `connection`. */
  readonly action?: string | undefined;
  readonly subject?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  /** ISO 8601, included. */
  readonly since?: string | undefined;
  /** ISO 8601, excluded. */
  readonly until?: string | undefined;
}

export interface AuditQuery extends AuditFilter {
  /** Number of the last row of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** A request that somebody makes: what is changed while it lasts is written down as theirs. */
export interface AuditedRequest {
  /** False once it was answered: what goes on afterwards is the daemon's own doing. */
  readonly open: boolean;
  readonly actor: string | null;
  /** The entry for something that the request did; `fallback` is its action where the route has no words. */
  entry(did: Pick<AuditEntry, 'subject' | 'outcome' | 'detail'>, fallback: string): AuditEntry;
  /** An entry of it was stored. */
  wrote(outcome: AuditOutcome): void;
}

/** Append-only, and chained: a row that is changed, removed or put elsewhere shows. */
export interface AuditTrail {
  /** Inside `Store.transaction`, together with the change that it reports. */
  append(entry: AuditEntry): Promise<AuditRow>;
  /** The newest first. */
  list(query: AuditQuery): Promise<readonly AuditRow[]>;
  /** Oldest first, after the row `after`. */
  read(after: number, limit: number): Promise<readonly AuditRow[]>;
  /** Null when nothing has happened yet. */
  head(): Promise<AuditHead | null>;
  /** Runs `work`, and whatever it begins, as part of `request`: auditable events and notes are written down as its doing. */
  during<T>(request: AuditedRequest, work: () => T): T;
  /** For a change that no event reports: writes down, in the same transaction, what the request changed. */
  note(subject: string, detail?: JsonObject): Promise<void>;
}
