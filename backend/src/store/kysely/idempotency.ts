import type { Asked, GivenAnswer, IdempotencyRow, IdempotencyTable, KeyName } from '../idempotency.ts';
import type { Scope } from './scope.ts';

export interface IdempotencyRowsTable {
  caller: string;
  key: string;
  request: string;
  at: string;
  status: number | null;
  location: string | null;
  body: string | null;
  renewal: string | null;
}

export class KyselyIdempotency implements IdempotencyTable {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async take({ caller, key, request, at }: Asked): Promise<IdempotencyRow | null> {
    const { numInsertedOrUpdatedRows = 0n } = await this.#scope.db
      .insertInto('idempotency')
      .values({ caller, key, request, at, status: null, location: null, body: null, renewal: null })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows > 0n) return null;
    const row = await this.#scope.db
      .selectFrom('idempotency')
      .selectAll()
      .where('caller', '=', caller)
      .where('key', '=', key)
      .executeTakeFirst();
    // Freed between the two: by now it is free.
    if (!row) return await this.take({ caller, key, request, at });
    const { status, location, body, ...asked } = row;
    return { ...asked, answer: status === null || body === null ? null : { status, location, body } };
  }

  async began({ caller, key }: KeyName, renewal: string): Promise<void> {
    await this.#scope.db
      .updateTable('idempotency')
      .set({ renewal })
      .where('caller', '=', caller)
      .where('key', '=', key)
      .execute();
  }

  async finish({ caller, key }: KeyName, answer: GivenAnswer): Promise<void> {
    await this.#scope.db
      .updateTable('idempotency')
      .set({ ...answer })
      .where('caller', '=', caller)
      .where('key', '=', key)
      .execute();
  }

  async release({ caller, key }: KeyName): Promise<void> {
    await this.#scope.db
      .deleteFrom('idempotency')
      .where('caller', '=', caller)
      .where('key', '=', key)
      .where('status', 'is', null)
      .where('renewal', 'is', null)
      .execute();
  }

  async prune(before: string): Promise<void> {
    await this.#scope.db.deleteFrom('idempotency').where('at', '<', before).execute();
  }
}
