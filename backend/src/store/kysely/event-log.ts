import { type RawBuilder, type Selectable, sql } from 'kysely';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { withActor } from '../audit-events.ts';
import type { DomainEvent, EventLog, EventPageQuery, EventQuery, StoredEvent } from '../events.ts';
import type { KyselyAudit } from './audit.ts';
import type { Scope } from './scope.ts';
import { type EventsTable, fromJson, toJson } from './tables.ts';
import { isWithin } from './within.ts';

/** Rows that a follower reads at a time. */
const PAGE = 200;

export class KyselyEventLog implements EventLog {
  readonly #scope: Scope;
  readonly #clock: Clock;
  readonly #audit: KyselyAudit;

  constructor(scope: Scope, clock: Clock, audit: KyselyAudit) {
    this.#scope = scope;
    this.#clock = clock;
    this.#audit = audit;
  }

  async append(events: readonly DomainEvent[]): Promise<readonly StoredEvent[]> {
    if (events.length === 0) return [];
    const at = this.#clock.now().toISOString();
    const named = events.map((event) => withActor(event, this.#audit.actor));
    const rows = await this.#scope.atomically(async (db) => {
      await this.#audit.noteEvents(db, named);
      return db
        .insertInto('events')
        .values(named.map((event) => ({ at, event: toJson(event) })))
        .returning(['seq', 'at', 'event'])
        .execute();
    });
    this.#scope.announce();
    // RETURNING promises no order. https://www.sqlite.org/lang_returning.html
    return rows.map(toStoredEvent).sort((a, b) => a.seq - b.seq);
  }

  async read({ after = 0, renewalId, limit }: EventQuery): Promise<readonly StoredEvent[]> {
    let query = this.#scope.db
      .selectFrom('events')
      .select(['seq', 'at', 'event'])
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(limit);
    if (renewalId !== undefined) query = query.where('renewal_id', '=', renewalId);
    return (await query.execute()).map(toStoredEvent);
  }

  async page({
    before,
    connectionId,
    types,
    within = null,
    access = true,
    limit,
  }: EventPageQuery): Promise<readonly StoredEvent[]> {
    let query = this.#scope.db.selectFrom('events').select(['seq', 'at', 'event']).orderBy('seq', 'desc').limit(limit);
    if (before !== undefined) query = query.where('seq', '<', before);
    if (types !== undefined) query = query.where('type', 'in', types);
    if (!access) query = query.where('type', 'not like', 'access.%');
    if (connectionId !== undefined) query = query.where(concerns([connectionId]));
    if (within !== null) query = query.where(concerns(within));
    return (await query.execute()).map(toStoredEvent);
  }

  async latest(): Promise<number> {
    const row = await this.#scope.db
      .selectFrom('events')
      .select((events) => events.fn.max('seq').as('seq'))
      .executeTakeFirst();
    return row?.seq ?? 0;
  }

  async *follow(cursor: number, signal: AbortSignal): AsyncGenerator<StoredEvent, void> {
    const { bell } = this.#scope;
    if (!bell) throw new AppError('INTERNAL', 'Events cannot be followed inside a transaction.');
    let after = cursor;
    while (!signal.aborted && !bell.closed) {
      const heard = bell.count;
      const page = await this.read({ after, limit: PAGE });
      for (const stored of page) {
        if (signal.aborted) return;
        yield stored;
        after = stored.seq;
      }
      if (page.length === 0) await bell.after(heard, signal);
    }
  }
}

/** The event, or its renewal, is of one of these connections. */
function concerns(connectionIds: readonly number[]): RawBuilder<boolean> {
  return sql<boolean>`(${isWithin('connection_id', connectionIds)} or renewal_id in
    (select id from renewals where ${isWithin('renewals.connection_id', connectionIds)}))`;
}

function toStoredEvent(row: Pick<Selectable<EventsTable>, 'seq' | 'at' | 'event'>): StoredEvent {
  return { seq: row.seq, at: row.at, event: fromJson(row.event) };
}
