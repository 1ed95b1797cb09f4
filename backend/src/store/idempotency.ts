/** What was answered to a request that somebody may send again. */
export interface GivenAnswer {
  readonly status: number;
  readonly location: string | null;
  /** JSON, without secrets. */
  readonly body: string;
}

export interface IdempotencyRow {
  /** Who asked: keys of one caller mean nothing to another. */
  readonly caller: string;
  readonly key: string;
  /** A digest of method, address and body. */
  readonly request: string;
  /** ISO 8601 */
  readonly at: string;
  /** Null until the request is over. */
  readonly answer: GivenAnswer | null;
}

type Name = Pick<IdempotencyRow, 'caller' | 'key'>;

export interface IdempotencyTable {
  /** Takes the key for this request. The row that has it already; null when it was free. */
  take(row: Omit<IdempotencyRow, 'answer'>): Promise<IdempotencyRow | null>;
  finish(name: Name, answer: GivenAnswer): Promise<void>;
  /** Frees a key whose request was refused. */
  release(name: Name): Promise<void>;
  /** Forgets what was asked before this instant. */
  prune(before: string): Promise<void>;
}
