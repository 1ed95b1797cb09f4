import type { RevocationReason } from '../../domain/revocation.ts';
import type { Revocation, RevocationTable } from '../revocations.ts';
import type { Scope } from './scope.ts';

export interface RevocationsTable {
  sha256: string;
  at: string;
  reason: string;
  actor: string;
}

export class KyselyRevocations implements RevocationTable {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async record({ sha256, at, reason, actor }: Revocation): Promise<void> {
    await this.#scope.db
      .insertInto('revocations')
      .values({ sha256, at, reason, actor })
      .onConflict((row) => row.doNothing())
      .execute();
  }

  async get(sha256: string): Promise<Revocation | undefined> {
    const row = await this.#scope.db
      .selectFrom('revocations')
      .selectAll()
      .where('sha256', '=', sha256)
      .executeTakeFirst();
    // Written from the same type, by this table alone.
    return row && { ...row, reason: row.reason as RevocationReason };
  }
}
