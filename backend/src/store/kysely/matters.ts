import type { Matter, MatterTable } from '../notify.ts';
import type { Scope } from './scope.ts';
import { fromJson, toJson } from './tables.ts';

export class KyselyMatters implements MatterTable {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async open(): Promise<readonly Matter[]> {
    const rows = await this.#scope.db
      .selectFrom('notice_matters')
      .select('matter')
      .orderBy('opened_by')
      .orderBy('key')
      .execute();
    return rows.map(({ matter }) => fromJson<Matter>(matter));
  }

  async of(connectionId: number | null): Promise<readonly Matter[]> {
    const rows = await this.#scope.db
      .selectFrom('notice_matters')
      .select('matter')
      .where('connection_id', 'is', connectionId)
      .orderBy('opened_by')
      .orderBy('key')
      .execute();
    return rows.map(({ matter }) => fromJson<Matter>(matter));
  }

  async put(matter: Matter): Promise<void> {
    const columns = {
      key: matter.key,
      opened_by: matter.openedBy,
      connection_id: matter.connectionId,
      matter: toJson(matter),
    };
    await this.#scope.db
      .insertInto('notice_matters')
      .values(columns)
      .onConflict((row) => row.column('key').doUpdateSet(columns))
      .execute();
  }

  async end(key: string): Promise<void> {
    await this.#scope.db.deleteFrom('notice_matters').where('key', '=', key).execute();
  }
}
