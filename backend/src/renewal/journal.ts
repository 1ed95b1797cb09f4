import type { Logger } from '../plugins/plugin.ts';
import type { AccountsDir } from '../store/accounts-dir.ts';
import type { DomainEvent, StoredEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { sentence } from './sentences.ts';

/** Where the journal goes on after a restart. */
const CURSOR = 'journal.cursor';

interface JournalDeps {
  readonly store: Store;
  readonly accounts: AccountsDir;
  readonly log: Logger;
}

/**
 * Reads the event log with a cursor of its own and tells it in two more places: the daemon's log, and the
 * `renewal.log` in the connection's folder, as sentences.
 */
export class Journal implements AsyncDisposable {
  readonly #deps: JournalDeps;
  readonly #stop = new AbortController();
  #reading: Promise<void> = Promise.resolve();

  constructor(deps: JournalDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    const { store, log } = this.#deps;
    const cursor = Number((await store.settings.get(CURSOR)) ?? 0);
    this.#reading = this.#read(cursor).catch((err: unknown) => log.error({ err }, 'journal stopped'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#reading;
  }

  async #read(cursor: number): Promise<void> {
    const { store } = this.#deps;
    for await (const stored of store.events.follow(cursor, this.#stop.signal)) {
      await this.#tell(stored);
      await store.settings.put(CURSOR, stored.seq);
    }
  }

  async #tell({ at, event }: StoredEvent): Promise<void> {
    const { log, accounts } = this.#deps;
    if (event.type === 'step.failed') log.warn({ ...event }, 'step failed');
    else log.info({ ...event }, 'event');
    const connection = await this.#connectionOf(event);
    if (!connection) return;
    const [firstName = connection.name] = connection.dnsNames;
    await accounts.connectionFolder({ id: connection.id, firstName }).appendLog(`${at} ${sentence(event)}`);
  }

  async #connectionOf(event: DomainEvent) {
    const { store } = this.#deps;
    if (!('renewalId' in event)) return undefined;
    const renewal = await store.renewals.get(event.renewalId);
    return renewal && (await store.connections.get(renewal.connectionId));
  }
}
