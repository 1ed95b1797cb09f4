import type { Selectable } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { NewRule, NotificationRule, RuleTable } from '../notify.ts';
import type { RulesTable } from './notify-tables.ts';
import type { Scope } from './scope.ts';
import { fromJson, toJson } from './tables.ts';

export class KyselyRules implements RuleTable {
  readonly #scope: Scope;
  readonly #clock: Clock;

  constructor(scope: Scope, clock: Clock) {
    this.#scope = scope;
    this.#clock = clock;
  }

  async all(): Promise<readonly NotificationRule[]> {
    const rows = await this.#scope.db.selectFrom('notification_rules').selectAll().orderBy('id').execute();
    return rows.map(toRule);
  }

  async get(id: number): Promise<NotificationRule | undefined> {
    const row = await this.#scope.db
      .selectFrom('notification_rules')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toRule(row);
  }

  async insert(rule: NewRule): Promise<NotificationRule> {
    const row = await this.#scope.db
      .insertInto('notification_rules')
      .values({ ...toColumns(rule), created_at: this.#clock.now().toISOString(), version: 1 })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toRule(row);
  }

  async update(rule: NotificationRule): Promise<NotificationRule> {
    const { id, version } = rule;
    return this.#scope.atomically(async (db) => {
      const row = await db
        .updateTable('notification_rules')
        .set({ ...toColumns(rule), version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirst();
      if (row) return toRule(row);
      const stored = await db
        .selectFrom('notification_rules')
        .select('version')
        .where('id', '=', id)
        .executeTakeFirst();
      if (!stored) throw noSuchRule(id);
      throw new AppError('CONFLICT', `Rule ${id} was changed meanwhile: version ${stored.version} is stored.`);
    });
  }

  async remove(id: number): Promise<void> {
    const { numDeletedRows } = await this.#scope.db
      .deleteFrom('notification_rules')
      .where('id', '=', id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw noSuchRule(id);
  }
}

function noSuchRule(id: number): AppError {
  return new AppError('NOT_FOUND', `There is no notification rule ${id}.`);
}

function toColumns({ notifierId, name, minimum, connections, kinds, includeSuccess, digest }: NewRule) {
  return { notifier_id: notifierId, rule: toJson({ name, minimum, connections, kinds, includeSuccess, digest }) };
}

function toRule(row: Selectable<RulesTable>): NotificationRule {
  const rule = fromJson<Omit<NewRule, 'notifierId'>>(row.rule);
  return { id: row.id, notifierId: row.notifier_id, ...rule, createdAt: row.created_at, version: row.version };
}
