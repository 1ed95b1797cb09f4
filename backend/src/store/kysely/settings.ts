import type { Json } from '../../domain/json.ts';
import type { SettingsTable } from '../store.ts';
import type { Scope } from './scope.ts';
import { fromJson, toJson } from './tables.ts';

export class KyselySettings implements SettingsTable {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async get(name: string): Promise<Json | undefined> {
    const row = await this.#scope.db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
    return row && fromJson<Json>(row.value);
  }

  async put(name: string, value: Json): Promise<void> {
    const text = toJson(value);
    await this.#scope.db
      .insertInto('settings')
      .values({ name, value: text })
      .onConflict((row) => row.column('name').doUpdateSet({ value: text }))
      .execute();
  }
}
