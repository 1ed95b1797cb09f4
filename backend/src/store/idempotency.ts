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
  /** A keyed digest of method, address and body. */
  readonly request: string;
  /** ISO 8601 */
  readonly at: string;
  /** The renewal that the request has begun. */
  readonly renewal: string | null;
  /** Null until the request is over. */
  readonly answer: GivenAnswer | null;
}

/** A request that wants to have a key. */
export type Asked = Omit<IdempotencyRow, 'renewal' | 'answer'>;

export type KeyName = Pick<IdempotencyRow, 'caller' | 'key'>;

export interface IdempotencyTable {
  /** Takes the key for this request. The row that has it already; null when it was free. */
  take(row: Asked): Promise<IdempotencyRow | null>;
  /** In the transaction in which the renewal is begun. */
  began(name: KeyName, renewal: string): Promise<void>;
  finish(name: KeyName, answer: GivenAnswer): Promise<void>;
  /** Frees a key whose request was refused: unless it has an answer or has begun a renewal. */
  release(name: KeyName): Promise<void>;
  /** Forgets what was asked before this instant. */
  prune(before: string): Promise<void>;
}
