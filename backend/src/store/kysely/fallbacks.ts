import type { FallbackTable } from '../fallbacks.ts';
import type { LastIssued } from '../issuances.ts';
import { COMPLETE, REVOKED, toLastIssued } from './issuances.ts';
import type { Scope } from './scope.ts';

export class KyselyFallbacks implements FallbackTable {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async keep(sha256: string, connectionId: number): Promise<void> {
    await this.#scope.db
      .insertInto('fallbacks')
      .values({ sha256, connection_id: connectionId, used_at: null, lost_at: null, lost_why: null })
      .onConflict((row) => row.doNothing())
      .execute();
  }

  async ready(connectionId: number): Promise<LastIssued | undefined> {
    const row = await this.#scope.db
      .selectFrom('fallbacks')
      .innerJoin('issuances', 'issuances.sha256', 'fallbacks.sha256')
      .select([...COMPLETE, REVOKED.as('revoked')])
      .where('fallbacks.connection_id', '=', connectionId)
      .where('used_at', 'is', null)
      .where('lost_at', 'is', null)
      .orderBy('issuances.seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && toLastIssued(row);
  }

  async putToUse(sha256: string, at: Date): Promise<void> {
    await this.#scope.db
      .updateTable('fallbacks')
      .set({ used_at: at.toISOString() })
      .where('sha256', '=', sha256)
      .where('used_at', 'is', null)
      .execute();
  }

  async lose(sha256: string, at: Date, why: string): Promise<void> {
    await this.#scope.db
      .updateTable('fallbacks')
      .set({ lost_at: at.toISOString(), lost_why: why })
      .where('sha256', '=', sha256)
      .where('used_at', 'is', null)
      .where('lost_at', 'is', null)
      .execute();
  }
}
