import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Selectable } from 'kysely';
import type { Role } from '../../domain/roles.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type {
  AuditEntry,
  AuditedRequest,
  AuditHead,
  AuditOutcome,
  AuditQuery,
  AuditRow,
  AuditTrail,
} from '../audit.ts';
import { CHAIN_START, hashOfRow } from '../audit-chain.ts';
import { actorOf, auditOf } from '../audit-events.ts';
import type { DomainEvent } from '../events.ts';
import type { JsonObject } from '../store.ts';
import type { AuditTables } from './audit-table.ts';
import type { Scope } from './scope.ts';
import { fromJson, type Tables, toJson } from './tables.ts';

export class KyselyAudit implements AuditTrail {
  readonly #scope: Scope;
  readonly #clock: Clock;
  readonly #asking: AsyncLocalStorage<AuditedRequest>;

  constructor(scope: Scope, clock: Clock, asking: AsyncLocalStorage<AuditedRequest>) {
    this.#scope = scope;
    this.#clock = clock;
    this.#asking = asking;
  }

  /** Whose request is being answered; null: nobody's. */
  get actor(): string | null {
    return this.#request?.actor ?? null;
  }

  append(entry: AuditEntry): Promise<AuditRow> {
    return this.#scope.atomically((db) => this.#link(db, entry));
  }

  async list({ before, limit, ...filter }: AuditQuery): Promise<readonly AuditRow[]> {
    let query = this.#scope.db.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(limit);
    const { actor, action, subject, outcome, since, until } = filter;
    if (before !== undefined) query = query.where('seq', '<', before);
    if (actor !== undefined) query = query.where('actor', '=', actor);
    if (subject !== undefined) query = query.where('subject', '=', subject);
    if (outcome !== undefined) query = query.where('outcome', '=', outcome);
    if (since !== undefined) query = query.where('at', '>=', since);
    if (until !== undefined) query = query.where('at', '<', until);
    if (action !== undefined)
      query = query.where((row) => row.or([row('action', '=', action), row('action', 'like', `${action}.%`)]));
    return (await query.execute()).map(toAuditRow);
  }

  async read(after: number, limit: number): Promise<readonly AuditRow[]> {
    const query = this.#scope.db.selectFrom('audit').selectAll().where('seq', '>', after).orderBy('seq').limit(limit);
    return (await query.execute()).map(toAuditRow);
  }

  async head(): Promise<AuditHead | null> {
    return (await headIn(this.#scope.db)) ?? null;
  }

  during<T>(request: AuditedRequest, work: () => T): T {
    return this.#asking.run(request, work);
  }

  async note(subject: string, detail: JsonObject = {}): Promise<void> {
    const request = this.#request;
    if (!request) return;
    await this.append(request.entry({ subject, outcome: 'done', detail }, 'change'));
    this.#scope.afterCommit(() => request.wrote('done'));
  }

  /** The rows for `events`, in the transaction `db` in which they are stored. */
  async noteEvents(db: Kysely<Tables>, events: readonly DomainEvent[]): Promise<void> {
    const request = this.#request;
    for (const event of events) {
      const did = auditOf(event);
      if (!did) continue;
      const unasked = { ...did, actor: actorOf(event), role: null, address: null, action: event.type };
      const entry = request?.entry(did, event.type) ?? unasked;
      await this.#link(db, { ...entry, actor: entry.actor ?? actorOf(event) });
      if (request) this.#scope.afterCommit(() => request.wrote(did.outcome));
    }
  }

  get #request(): AuditedRequest | undefined {
    const request = this.#asking.getStore();
    return request?.open ? request : undefined;
  }

  async #link(db: Kysely<Tables>, entry: AuditEntry): Promise<AuditRow> {
    const before = (await headIn(db)) ?? { seq: 0, hash: CHAIN_START };
    const { actor, role, address, action, subject, outcome } = entry;
    // As it will be read: what JSON cannot hold is gone.
    const detail: JsonObject = fromJson(toJson(entry.detail));
    const at = this.#clock.now().toISOString();
    const link = { seq: before.seq + 1, at, actor, role, address, action, subject, outcome, detail };
    const row = { ...link, previous: before.hash, hash: hashOfRow({ ...link, previous: before.hash }) };
    await db
      .insertInto('audit')
      .values({ ...row, detail: toJson(detail) })
      .execute();
    return row;
  }
}

async function headIn(db: Kysely<Tables>): Promise<AuditHead | undefined> {
  return db.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
}

export function toAuditRow(row: Selectable<AuditTables['audit']>): AuditRow {
  return {
    ...row,
    // Written from the same types, by this table alone.
    role: row.role as Role | null,
    outcome: row.outcome as AuditOutcome,
    detail: fromJson(row.detail),
  };
}
