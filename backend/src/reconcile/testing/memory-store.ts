import { AppError } from '../../domain/errors.ts';
import { caOf } from '../../domain/issuer-key.ts';
import type { Json } from '../../domain/json.ts';
import { nameSetOf } from '../../domain/name-set.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { DomainEvent, StoredEvent } from '../../store/events.ts';
import type { Issuance, IssuanceTable, NewIssuance } from '../../store/issuances.ts';
import type { Connection, NewConnection, NewRenewal, RenewalChange, RenewalRow } from '../../store/store.ts';
import type { WatchRow, WatchTable } from '../../store/watches.ts';
import type { ReconcilerStore } from '../reconciler.ts';

/**
 * What the reconciler needs of a store, in memory: years of a fleet in seconds. Keeps the promises of the real one that
 * a schedule can notice, but undoes nothing when a transaction rejects.
 */
export class MemoryStore implements ReconcilerStore {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #connections = new Map<number, Connection>();
  readonly #renewals = new Map<string, RenewalRow>();
  readonly #unfinished = new Set<number>();
  readonly #settings = new Map<string, Json>();
  readonly log: StoredEvent[] = [];
  readonly watches = new MemoryWatches();
  readonly issuances = new MemoryIssuances();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  readonly settings = {
    get: async (name: string) => this.#settings.get(name),
    put: async (name: string, value: Json) => void this.#settings.set(name, value),
  };

  readonly connections = {
    all: async () => [...this.#connections.values()],
    get: async (id: number) => this.#connections.get(id),
    insert: async (given: NewConnection): Promise<Connection> => {
      const id = this.#connections.size + 1;
      const connection = {
        incomplete: [],
        ownerId: null,
        ...given,
        id,
        createdAt: this.#clock.now().toISOString(),
        version: 1,
      };
      this.#connections.set(id, connection);
      return connection;
    },
    remove: async (id: number) => void this.#connections.delete(id),
  };

  readonly renewals = {
    get: async (id: string) => this.#renewals.get(id),
    begin: async (given: NewRenewal): Promise<void> => {
      const { connectionId, id } = given;
      if (this.#unfinished.has(connectionId)) throw new AppError('RENEWAL_RUNNING', 'unfinished');
      this.#unfinished.add(connectionId);
      this.#renewals.set(id, { ...given, startedAt: this.#clock.now().toISOString(), finishedAt: null, outcome: null });
    },
    save: async (id: string, change: RenewalChange): Promise<void> => {
      const row = this.#renewals.get(id);
      if (!row) throw new AppError('NOT_FOUND', id);
      if (change.finishedAt !== undefined) this.#unfinished.delete(row.connectionId);
      this.#renewals.set(id, { ...row, ...change, facts: { ...row.facts, ...change.facts } });
    },
  };

  readonly events = {
    append: async (events: readonly DomainEvent[]) => {
      const at = this.#clock.now().toISOString();
      const stored = events.map((event, index) => ({ seq: this.log.length + index + 1, at, event }));
      this.log.push(...stored);
      return stored;
    },
    read: async ({ after = 0, limit }: { readonly after?: number; readonly limit: number }) =>
      this.log.slice(after, after + limit),
  };

  async transaction<T>(work: (tx: ReconcilerStore) => Promise<T>): Promise<T> {
    return await work(this);
  }
}

class MemoryWatches implements WatchTable {
  readonly #rows = new Map<number, WatchRow>();

  async get(id: number): Promise<WatchRow | undefined> {
    return this.#rows.get(id);
  }

  async all(): Promise<readonly WatchRow[]> {
    return [...this.#rows.values()].sort((a, b) => a.connectionId - b.connectionId);
  }

  async put(row: WatchRow): Promise<void> {
    this.#rows.set(row.connectionId, row);
  }

  async remove(id: number): Promise<void> {
    this.#rows.delete(id);
  }

  async due(now: Date, limit: number): Promise<readonly WatchRow[]> {
    const at = now.toISOString();
    const due = [...this.#rows.values()].filter(({ nextAt }) => nextAt <= at);
    return due.sort((a, b) => (a.endsAt ?? '').localeCompare(b.endsAt ?? '')).slice(0, limit);
  }

  async nextAt(): Promise<string | null> {
    let first: string | null = null;
    for (const { nextAt } of this.#rows.values()) if (first === null || nextAt < first) first = nextAt;
    return first;
  }
}

class MemoryIssuances implements IssuanceTable {
  readonly rows: (NewIssuance & Issuance)[] = [];

  async record(issuance: NewIssuance): Promise<void> {
    const { certificate, connectionId } = issuance;
    const twice = (one: NewIssuance) =>
      one.connectionId === connectionId && one.certificate?.sha256 === certificate?.sha256;
    if (certificate && this.rows.some(twice)) return;
    this.rows.push({ ...issuance, renews: await this.known(issuance.issuerKey, issuance.names) });
  }

  async since(at: Date): Promise<readonly Issuance[]> {
    const from = at.toISOString();
    const first = this.rows.findIndex((one) => one.at >= from);
    return first === -1 ? [] : this.rows.slice(first);
  }

  async last(connectionId: number) {
    const row = this.rows.findLast((one) => one.connectionId === connectionId && one.kind === 'certificate');
    if (!row?.certificate || !row.chain) return undefined;
    return { ...row, certificate: row.certificate, chain: row.chain };
  }

  async find(sha256: string): Promise<Issuance | undefined> {
    return this.rows.findLast(({ certificate }) => certificate?.sha256 === sha256);
  }

  async known(issuerKey: string, names: readonly string[]): Promise<boolean> {
    const set = nameSetOf(names);
    return this.rows.some(
      (one) => one.kind === 'certificate' && caOf(one.issuerKey) === caOf(issuerKey) && nameSetOf(one.names) === set,
    );
  }
}
