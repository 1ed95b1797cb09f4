import { AppError } from '../../domain/errors.ts';
import { caOf } from '../../domain/issuer-key.ts';
import type { Json } from '../../domain/json.ts';
import { nameSetOf } from '../../domain/name-set.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { DomainEvent, StoredEvent } from '../../store/events.ts';
import type { FallbackTable } from '../../store/fallbacks.ts';
import type { Issuance, IssuanceTable, LastIssued, NewIssuance } from '../../store/issuances.ts';
import {
  type Connection,
  type NewConnection,
  type NewRenewal,
  type RenewalChange,
  type RenewalRow,
  UNCHOSEN,
} from '../../store/store.ts';
import type { WatchRow, WatchTable } from '../../store/watches.ts';
import type { ReconcilerStore } from '../reconciler.ts';
import { storedCalendar } from './fleet/calendars.ts';

/**
 * What the reconciler needs of a store, in memory: years of a fleet in seconds. Keeps the promises of the real one that
 * a schedule can notice, but undoes nothing when a transaction rejects.
 */
export class MemoryStore implements ReconcilerStore {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #connections = new Map<number, Connection>();
  readonly #renewals = new Map<string, RenewalRow>();
  /** By connection. */
  readonly #unfinished = new Map<number, string>();
  readonly #settings = new Map<string, Json>();
  readonly log: StoredEvent[] = [];
  readonly watches = new MemoryWatches();
  readonly issuances = new MemoryIssuances();
  readonly fallbacks = new MemoryFallbacks(this.issuances);

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  readonly settings = {
    get: async (name: string) => this.#settings.get(name),
    put: async (name: string, value: Json) => void this.#settings.set(name, value),
  };

  /** Those of a fleet, by their ids. */
  readonly calendars = { get: async (id: number) => storedCalendar(id) };

  readonly connections = {
    all: async () => [...this.#connections.values()],
    get: async (id: number) => this.#connections.get(id),
    insert: async (given: NewConnection): Promise<Connection> => {
      const id = this.#connections.size + 1;
      const connection = {
        incomplete: [],
        ownerId: null,
        challenge: 'dns-01' as const,
        http: UNCHOSEN,
        secondIssuer: null,
        secondChain: null,
        ...given,
        id,
        createdAt: this.#clock.now().toISOString(),
        version: 1,
      };
      this.#connections.set(id, connection);
      return connection;
    },
    update: async (connection: Connection): Promise<Connection> => {
      const next = { ...connection, version: connection.version + 1 };
      this.#connections.set(connection.id, next);
      return next;
    },
    remove: async (id: number) => void this.#connections.delete(id),
  };

  readonly renewals = {
    get: async (id: string) => this.#renewals.get(id),
    unfinished: async () => [...this.#unfinished.values()].flatMap((id) => this.#renewals.get(id) ?? []),
    begin: async (given: NewRenewal): Promise<void> => {
      const { connectionId, id } = given;
      if (this.#unfinished.has(connectionId)) throw new AppError('RENEWAL_RUNNING', 'unfinished');
      this.#unfinished.set(connectionId, id);
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
  /** By `nextAt`, the first to be looked at first. */
  readonly #order: WatchRow[] = [];

  async get(id: number): Promise<WatchRow | undefined> {
    return this.#rows.get(id);
  }

  async all(): Promise<readonly WatchRow[]> {
    return [...this.#rows.values()].sort((a, b) => a.connectionId - b.connectionId);
  }

  async put(row: WatchRow): Promise<void> {
    await this.remove(row.connectionId);
    this.#rows.set(row.connectionId, row);
    this.#order.splice(
      firstWhere(this.#order, (one) => one.nextAt > row.nextAt),
      0,
      row,
    );
  }

  async remove(id: number): Promise<void> {
    const known = this.#rows.get(id);
    if (!known) return;
    this.#rows.delete(id);
    const from = firstWhere(this.#order, (one) => one.nextAt >= known.nextAt);
    this.#order.splice(this.#order.indexOf(known, from), 1);
  }

  async due(now: Date, limit: number): Promise<readonly WatchRow[]> {
    const at = now.toISOString();
    const due = this.#order.slice(
      0,
      firstWhere(this.#order, ({ nextAt }) => nextAt > at),
    );
    return due.sort((a, b) => (a.endsAt ?? '').localeCompare(b.endsAt ?? '')).slice(0, limit);
  }

  async mentioning(text: string): Promise<readonly WatchRow[]> {
    return [...this.#rows.values()].filter((row) => this.#textOf(row).includes(text));
  }

  async hurry(which: { readonly after: Date } | { readonly ids: readonly number[] }, at: Date): Promise<void> {
    const nextAt = at.toISOString();
    for (const row of 'after' in which ? this.#after(which.after) : which.ids.map((id) => this.#rows.get(id)))
      if (row) await this.put({ ...row, nextAt });
  }

  #after(instant: Date): readonly WatchRow[] {
    const latest = instant.toISOString();
    return this.#order.slice(firstWhere(this.#order, ({ nextAt }) => nextAt > latest));
  }

  readonly #texts = new WeakMap<WatchRow, string>();

  #textOf(row: WatchRow): string {
    const text = this.#texts.get(row) ?? JSON.stringify(row.memory);
    this.#texts.set(row, text);
    return text;
  }

  async endingBetween(from: Date, to: Date): Promise<readonly WatchRow[]> {
    const [first, last] = [from.toISOString(), to.toISOString()];
    return this.#order.filter(({ endsAt }) => endsAt !== null && first <= endsAt && endsAt <= last);
  }

  async nextAt(): Promise<string | null> {
    return this.#order[0]?.nextAt ?? null;
  }
}

class MemoryIssuances implements IssuanceTable {
  readonly rows: (NewIssuance & Issuance)[] = [];
  readonly #last = new Map<number, LastIssued>();
  readonly #before = new Map<number, LastIssued | undefined>();
  readonly #byFingerprint = new Map<string, Issuance>();
  readonly #known = new Set<string>();

  async record(issuance: NewIssuance): Promise<void> {
    const { certificate, chain, connectionId, issuerKey, names } = issuance;
    const twice = (one: NewIssuance) =>
      one.connectionId === connectionId && one.certificate?.sha256 === certificate?.sha256;
    if (certificate && this.#byFingerprint.has(certificate.sha256) && this.rows.some(twice)) return;
    const row = { ...issuance, renews: await this.known(issuerKey, names) };
    this.rows.push(row);
    if (!certificate) return;
    this.#byFingerprint.set(certificate.sha256, row);
    this.#known.add(orderKey(issuerKey, names));
    if (chain) this.#before.set(connectionId, this.#last.get(connectionId));
    if (chain) this.#last.set(connectionId, { ...row, certificate, chain });
  }

  /** What was recorded last for it is kept ready: the one before stays in use. */
  putAside(connectionId: number): void {
    const before = this.#before.get(connectionId);
    if (before) this.#last.set(connectionId, before);
    else this.#last.delete(connectionId);
  }

  use(line: LastIssued): void {
    this.#last.set(line.connectionId, line);
  }

  complete(sha256: string): LastIssued | undefined {
    const row = this.rows.find(({ certificate }) => certificate?.sha256 === sha256);
    return row?.certificate && row.chain ? { ...row, certificate: row.certificate, chain: row.chain } : undefined;
  }

  async since(at: Date): Promise<readonly Issuance[]> {
    const from = at.toISOString();
    return this.rows.slice(firstWhere(this.rows, (one) => one.at >= from));
  }

  async last(connectionId: number): Promise<LastIssued | undefined> {
    return this.#last.get(connectionId);
  }

  async find(sha256: string): Promise<Issuance | undefined> {
    return this.#byFingerprint.get(sha256);
  }

  /** As a row of the table of revocations does. */
  revoke(connectionId: number): void {
    const last = this.#last.get(connectionId);
    if (!last) throw new Error(`Nothing was issued for connection ${connectionId}.`);
    this.#last.set(connectionId, { ...last, revoked: true });
    this.#byFingerprint.set(last.certificate.sha256, { ...last, revoked: true });
  }

  async chainOf(sha256: string) {
    return this.rows.find(({ certificate }) => certificate?.sha256 === sha256)?.chain ?? undefined;
  }

  async chainsFrom(issuerKey: string, limit: number) {
    const theirs = this.rows.filter((row) => row.chain && caOf(row.issuerKey) === caOf(issuerKey));
    return theirs
      .flatMap(({ chain }) => chain ?? [])
      .slice(-limit)
      .reverse();
  }

  async known(issuerKey: string, names: readonly string[]): Promise<boolean> {
    return this.#known.has(orderKey(issuerKey, names));
  }
}

class MemoryFallbacks implements FallbackTable {
  readonly #issuances: MemoryIssuances;
  /** SHA-256, by connection: the newest. */
  readonly #ready = new Map<number, string>();

  constructor(issuances: MemoryIssuances) {
    this.#issuances = issuances;
  }

  async keep(sha256: string, connectionId: number): Promise<void> {
    this.#ready.set(connectionId, sha256);
    this.#issuances.putAside(connectionId);
  }

  async ready(connectionId: number): Promise<LastIssued | undefined> {
    const sha256 = this.#ready.get(connectionId);
    return sha256 === undefined ? undefined : this.#issuances.complete(sha256);
  }

  async putToUse(sha256: string): Promise<void> {
    this.#forget(sha256);
    const line = this.#issuances.complete(sha256);
    if (line) this.#issuances.use(line);
  }

  async lose(sha256: string): Promise<void> {
    this.#forget(sha256);
  }

  #forget(sha256: string): void {
    for (const [id, one] of this.#ready) if (one === sha256) this.#ready.delete(id);
  }
}

function orderKey(issuerKey: string, names: readonly string[]): string {
  return `${caOf(issuerKey)} ${nameSetOf(names)}`;
}

/** The index of the first that `holds`, which all after it must do too; the length when none does. */
function firstWhere<T>(sorted: readonly T[], holds: (one: T) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = sorted[middle];
    if (one !== undefined && holds(one)) high = middle;
    else low = middle + 1;
  }
  return low;
}
