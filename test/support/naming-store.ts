import type { DomainEvent } from '../../backend/src/store/events.ts';
import type { RenewalChange, Store } from '../../backend/src/store/store.ts';

/** The commits of a renewal by name: `step.finished publish`, `keep records 2`. */
export function namingStore(store: Store, committed: (label: string) => void): Store {
  const keeps = new Map<string, number>();
  return {
    ...store,
    settings: store.settings,
    notify: store.notify,
    access: store.access,
    audit: store.audit,
    vault: store.vault,
    connections: store.connections,
    events: store.events,
    renewals: namingRenewals(store, keeps, committed),
    async transaction(work) {
      const labels: string[] = [];
      const result = await store.transaction((tx) => work(listening(tx, labels, keeps)));
      for (const label of labels) committed(label);
      return result;
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

function namingRenewals(
  store: Store,
  keeps: Map<string, number>,
  committed: (label: string) => void,
): Store['renewals'] {
  const { renewals } = store;
  return {
    begin: (row) => renewals.begin(row),
    get: (id) => renewals.get(id),
    list: (query) => renewals.list(query),
    unfinished: () => renewals.unfinished(),
    connectionsOf: (ids) => renewals.connectionsOf(ids),
    async save(id, change: RenewalChange) {
      await renewals.save(id, change);
      committed(keepLabel(change, keeps));
    },
  };
}

function keepLabel({ facts = {} }: RenewalChange, keeps: Map<string, number>): string {
  const keys = Object.keys(facts).join('+');
  keeps.set(keys, (keeps.get(keys) ?? 0) + 1);
  return `keep ${keys} ${keeps.get(keys)}`;
}

function listening(tx: Store, labels: string[], keeps: Map<string, number>): Store {
  const { renewals } = tx;
  return {
    ...tx,
    renewals: {
      begin: (row) => renewals.begin(row),
      get: (id) => renewals.get(id),
      list: (query) => renewals.list(query),
      unfinished: () => renewals.unfinished(),
      connectionsOf: (ids) => renewals.connectionsOf(ids),
      async save(id, change) {
        await renewals.save(id, change);
        // What is kept in the middle of a step does not change the state.
        if (change.state === undefined) labels.push(keepLabel(change, keeps));
      },
    },
    events: {
      append: (events) => {
        labels.push(...events.map(labelOf));
        return tx.events.append(events);
      },
      read: (query) => tx.events.read(query),
      page: (query) => tx.events.page(query),
      latest: () => tx.events.latest(),
      follow: (cursor, signal) => tx.events.follow(cursor, signal),
    },
    transaction: (work) => tx.transaction(work),
    [Symbol.asyncDispose]: () => tx[Symbol.asyncDispose](),
  };
}

function labelOf(event: DomainEvent): string {
  return 'step' in event ? `${event.type} ${event.step}` : event.type;
}
