import type { DomainEvent } from '../store/events.ts';
import type { Connection, Store, Within } from '../store/store.ts';
import type { Authority } from './authority.ts';

/** Ids of the connections that are seen; null for all. */
export async function visibleConnectionIds(store: Store, { reach }: Authority): Promise<Within> {
  return reach === 'all' ? null : await store.connections.idsOf(reach);
}

/** What `EventFilter` shows, for the log that is asked page by page. */
export async function eventScope(
  store: Store,
  authority: Authority,
): Promise<{ readonly within: Within; readonly access: boolean }> {
  const within = await visibleConnectionIds(store, authority);
  return { within, access: within === null && authority.may('admin') };
}

/**
 * Which events somebody may read. Those of access are for administrators who see everything; those of a connection for
 * whoever sees it; of a connection that is gone, for those who see all.
 */
export class EventFilter {
  readonly #store: Store;
  readonly #connectionOf = new Map<string, number | null>();

  constructor(store: Store) {
    this.#store = store;
  }

  async shows(event: DomainEvent, authority: Authority): Promise<boolean> {
    if (event.type.startsWith('access.')) return !authority.limited && authority.may('admin');
    if (!authority.limited) return true;
    const connection = await this.#connection(event);
    return connection !== undefined && authority.sees(connection);
  }

  async #connection(event: DomainEvent): Promise<Connection | undefined> {
    const id = 'connectionId' in event ? event.connectionId : await this.#ofRenewal(event);
    return id === null ? undefined : await this.#store.connections.get(id);
  }

  async #ofRenewal(event: DomainEvent): Promise<number | null> {
    if (!('renewalId' in event)) return null;
    const known = this.#connectionOf.get(event.renewalId);
    if (known !== undefined) return known;
    const id = (await this.#store.renewals.get(event.renewalId))?.connectionId ?? null;
    this.#connectionOf.set(event.renewalId, id);
    return id;
  }
}
