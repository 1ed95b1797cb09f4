import { type Selectable, sql } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { NewNotice, NoticeChange, NoticeQuery, NoticeRow, NoticeTable } from '../notify.ts';
import type { NoticesTable } from './notify-tables.ts';
import type { Scope } from './scope.ts';
import { fromJson, toJson } from './tables.ts';

export class KyselyNotices implements NoticeTable {
  readonly #scope: Scope;
  readonly #clock: Clock;

  constructor(scope: Scope, clock: Clock) {
    this.#scope = scope;
    this.#clock = clock;
  }

  async add(notices: readonly NewNotice[]): Promise<readonly number[]> {
    if (notices.length === 0) return [];
    const created_at = this.#clock.now().toISOString();
    const rows = await this.#scope.db
      .insertInto('notices')
      .values(notices.map((notice) => ({ ...toColumns(notice), created_at })))
      .onConflict((row) => row.columns(['notifier_id', 'message_id']).doNothing())
      .returning('notifier_id')
      .execute();
    return [...new Set(rows.map((row) => row.notifier_id))];
  }

  async get(id: number): Promise<NoticeRow | undefined> {
    const row = await this.#scope.db.selectFrom('notices').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toNotice(row);
  }

  async next(notifierId: number): Promise<NoticeRow | undefined> {
    const row = await this.#scope.db
      .selectFrom('notices')
      .selectAll()
      .where('notifier_id', '=', notifierId)
      .where('state', '=', 'waiting')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    return row && toNotice(row);
  }

  async save(id: number, { state, tries, nextTryAt, answer }: NoticeChange): Promise<void> {
    const { numUpdatedRows } = await this.#scope.db
      .updateTable('notices')
      .set({ state, tries, next_try_at: nextTryAt, answer: answer && toJson(answer) })
      .where('id', '=', id)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw new AppError('NOT_FOUND', `There is no notice ${id}.`);
  }

  async has(notifierId: number, messageId: string): Promise<boolean> {
    const row = await this.#scope.db
      .selectFrom('notices')
      .select('id')
      .where('notifier_id', '=', notifierId)
      .where('message_id', '=', messageId)
      .executeTakeFirst();
    return row !== undefined;
  }

  async told(matter: string): Promise<readonly number[]> {
    const rows = await this.#scope.db
      .selectFrom('notices')
      .select('notifier_id')
      .distinct()
      .where('matter', '=', matter)
      .orderBy('notifier_id')
      .execute();
    return rows.map((row) => row.notifier_id);
  }

  async list({ notifierId, state, before, limit }: NoticeQuery): Promise<readonly NoticeRow[]> {
    let query = this.#scope.db.selectFrom('notices').selectAll().orderBy('id', 'desc').limit(limit);
    if (notifierId !== undefined) query = query.where('notifier_id', '=', notifierId);
    if (state !== undefined) query = query.where('state', '=', state);
    if (before !== undefined) query = query.where('id', '<', before);
    return (await query.execute()).map(toNotice);
  }

  async hurry(notifierId: number): Promise<void> {
    await this.#scope.db
      .updateTable('notices')
      .set({ next_try_at: null })
      .where('notifier_id', '=', notifierId)
      .where('state', '=', 'waiting')
      .execute();
  }

  async lapsed(notifierId: number): Promise<readonly NoticeRow[]> {
    const rows = await this.#scope.db
      .selectFrom('notices')
      .selectAll()
      .where('notifier_id', '=', notifierId)
      .where('state', '=', 'given-up')
      .where(sql<boolean>`matter in (select key || '@' || opened_by from notice_matters)`)
      .where(
        sql<boolean>`not exists (select 1 from notices as later where later.matter = notices.matter
          and later.notifier_id = notices.notifier_id and later.id > notices.id)`,
      )
      .orderBy('id')
      .execute();
    return rows.map(toNotice);
  }

  async revive(id: number): Promise<void> {
    await this.#scope.db
      .updateTable('notices')
      .set({ state: 'waiting', tries: 0, next_try_at: null, tried_since: this.#clock.now().toISOString() })
      .where('id', '=', id)
      .where('state', '=', 'given-up')
      .execute();
  }

  async prune(before: string): Promise<number> {
    const { numDeletedRows } = await this.#scope.db
      .deleteFrom('notices')
      .where('state', '!=', 'waiting')
      .where('created_at', '<', before)
      // Who was told of something that is still the matter is told of its end.
      .where(sql<boolean>`(matter is null or matter not in (select key || '@' || opened_by from notice_matters))`)
      .executeTakeFirst();
    return Number(numDeletedRows);
  }
}

function toColumns({ notifierId, matter, message }: NewNotice) {
  return {
    notifier_id: notifierId,
    message_id: message.id,
    matter,
    message: toJson(message),
    state: 'waiting' as const,
    tries: 0,
    next_try_at: null,
    answer: null,
  };
}

function toNotice(row: Selectable<NoticesTable>): NoticeRow {
  return {
    id: row.id,
    notifierId: row.notifier_id,
    matter: row.matter,
    message: fromJson(row.message),
    state: row.state,
    createdAt: row.created_at,
    triedSince: row.tried_since ?? row.created_at,
    tries: row.tries,
    nextTryAt: row.next_try_at,
    answer: row.answer === null ? null : fromJson(row.answer),
  };
}
