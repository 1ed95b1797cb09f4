import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import { Bell } from './bell.ts';
import type { Tables } from './tables.ts';

/** Where the statements of a store object run: each on its own, or all inside one transaction. */
export interface Scope {
  /** @throws AppError INTERNAL when it must not be used here or any more. */
  readonly db: Kysely<Tables>;
  /** Runs `work` in a transaction: the running one, or one of its own. */
  atomically<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** Rings `bell` once what was written can be seen by others. */
  announce(): void;
  /** Calls `work` once what was written is there to stay; not at all when it is undone. */
  afterCommit(work: () => void): void;
  /** Null inside a transaction, where there is nothing to wait for. */
  readonly bell: Bell | null;
}

/**
 * The scope of the store itself. SQLite has one connection, for which Kysely makes callers queue; a caller that
 * holds it and asks for it again would wait for itself, so that is found out and refused.
 */
export class StoreScope implements Scope {
  readonly bell = new Bell();
  readonly #db: Kysely<Tables>;
  readonly #running = new AsyncLocalStorage<TransactionScope>();
  #closing: Promise<void> | null = null;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  get db(): Kysely<Tables> {
    if (this.bell.closed) throw new AppError('INTERNAL', 'The store was used after it was closed.');
    if (this.#running.getStore()?.open) {
      throw new AppError('INTERNAL', 'The store was used inside its own transaction, in place of the one handed in.');
    }
    return this.#db;
  }

  async atomically<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.db.transaction().execute(work);
  }

  async transaction<T>(work: (scope: TransactionScope) => Promise<T>): Promise<T> {
    let ended: TransactionScope | null = null;
    const result = await this.db.transaction().execute(async (db) => {
      const scope = new TransactionScope(db);
      const value = await this.#running.run(scope, () => scope.run(work));
      ended = scope;
      return value;
    });
    this.#follow(ended);
    return result;
  }

  /** What a transaction that was committed leaves to do. */
  #follow(ended: TransactionScope | null): void {
    if (ended?.announced) this.announce();
    for (const work of ended?.afterwards ?? []) work();
  }

  afterCommit(work: () => void): void {
    work();
  }

  announce(): void {
    this.bell.ring();
  }

  /** Ends the followers, lets what has begun come to its end, and closes the database. Repeatable. */
  async close(): Promise<void> {
    this.#closing ??= this.#close(this.db);
    await this.#closing;
  }

  async #close(db: Kysely<Tables>): Promise<void> {
    this.bell.close();
    await db.connection().execute(async () => undefined);
    await db.destroy();
    // Node would look after it, at every promise, to the end of the process.
    this.#running.disable();
  }
}

export class TransactionScope implements Scope {
  readonly bell = null;
  readonly #db: Kysely<Tables>;
  #open = true;
  #announced = false;
  readonly afterwards: (() => void)[] = [];
  #undoing: { readonly cause: unknown } | null = null;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  get open(): boolean {
    return this.#open;
  }

  get announced(): boolean {
    return this.#announced;
  }

  get db(): Kysely<Tables> {
    if (!this.#open) throw new AppError('INTERNAL', 'The store of a transaction was used after its end.');
    return this.#db;
  }

  async atomically<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return work(this.db);
  }

  announce(): void {
    this.#announced = true;
  }

  afterCommit(work: () => void): void {
    this.afterwards.push(work);
  }

  /** Rejects when `work`, or anything that joined it, does. */
  async run<T>(work: (scope: TransactionScope) => Promise<T>): Promise<T> {
    try {
      const value = await work(this);
      if (this.#undoing) throw this.#undoing.cause;
      return value;
    } finally {
      this.#open = false;
    }
  }

  async join<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      this.#undoing ??= { cause };
      throw cause;
    }
  }
}
