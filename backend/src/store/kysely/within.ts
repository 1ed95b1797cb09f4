import { type RawBuilder, sql } from 'kysely';
import { toJson } from './tables.ts';

/** `column` is one of `ids`: one value, however many they are. */
export function isWithin(column: string, ids: readonly number[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} in (select value from json_each(${toJson(ids)}))`;
}
