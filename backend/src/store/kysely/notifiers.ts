import type { Selectable } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { NewNotifier, NotifierRow, NotifierTable } from '../notify.ts';
import type { NotifiersTable } from './notify-tables.ts';
import type { Scope } from './scope.ts';
import { fromJson, toJson } from './tables.ts';

export class KyselyNotifiers implements NotifierTable {
  readonly #scope: Scope;
  readonly #clock: Clock;

  constructor(scope: Scope, clock: Clock) {
    this.#scope = scope;
    this.#clock = clock;
  }

  async all(): Promise<readonly NotifierRow[]> {
    const rows = await this.#scope.db.selectFrom('notifiers').selectAll().orderBy('id').execute();
    return rows.map(toNotifier);
  }

  async get(id: number): Promise<NotifierRow | undefined> {
    const row = await this.#scope.db.selectFrom('notifiers').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toNotifier(row);
  }

  async insert(notifier: NewNotifier): Promise<NotifierRow> {
    const row = await this.#scope.db
      .insertInto('notifiers')
      .values({ ...toColumns(notifier), created_at: this.#clock.now().toISOString(), version: 1 })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toNotifier(row);
  }

  async update(notifier: NotifierRow): Promise<NotifierRow> {
    const { id, version } = notifier;
    return this.#scope.atomically(async (db) => {
      const row = await db
        .updateTable('notifiers')
        .set({ ...toColumns(notifier), version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirst();
      if (row) return toNotifier(row);
      const stored = await db.selectFrom('notifiers').select('version').where('id', '=', id).executeTakeFirst();
      if (!stored) throw noSuchNotifier(id);
      throw new AppError('CONFLICT', `Channel ${id} was changed meanwhile: version ${stored.version} is stored.`);
    });
  }

  async remove(id: number): Promise<void> {
    const { numDeletedRows } = await this.#scope.db.deleteFrom('notifiers').where('id', '=', id).executeTakeFirst();
    if (numDeletedRows === 0n) throw noSuchNotifier(id);
  }
}

function noSuchNotifier(id: number): AppError {
  return new AppError('NOT_FOUND', `There is no channel ${id}.`);
}

function toColumns({ name, use, enabled, since }: NewNotifier) {
  return { name, plugin: toJson(use), enabled: enabled ? 1 : 0, since };
}

function toNotifier(row: Selectable<NotifiersTable>): NotifierRow {
  return {
    id: row.id,
    name: row.name,
    use: fromJson(row.plugin),
    enabled: row.enabled === 1,
    since: row.since,
    createdAt: row.created_at,
    version: row.version,
  };
}
