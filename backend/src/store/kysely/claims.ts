import { sql } from 'kysely';
import type { Claims } from '../claims.ts';
import type { Scope } from './scope.ts';
import { toJson } from './tables.ts';

export class KyselyClaims implements Claims {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async connectionsNaming(names: readonly string[], since: Date): Promise<readonly number[]> {
    const wanted = sql`(select value from json_each(${toJson(names)}))`;
    const { rows } = await sql<{ id: number }>`
      select connections.id from connections, json_each(connections.dns_names) as name where name.value in ${wanted}
      union
      select issuances.connection_id from issuances, json_each(issuances.names) as name
        where issuances.at >= ${since.toISOString()} and name.value in ${wanted}`.execute(this.#scope.db);
    return rows.map(({ id }) => id);
  }
}
