import { pino } from 'pino';
import { createApp } from '../../backend/src/app.ts';
import { readConfig } from '../../backend/src/config/config.ts';
import { readSecrets } from '../../backend/src/config/secrets.ts';
import type { DomainEvent } from '../../backend/src/store/events.ts';
import type { RenewalChange, Store } from '../../backend/src/store/store.ts';

/** A daemon that renews one connection and, when told to, is killed right after a certain commit. */
export interface Doom {
  readonly folder: string;
  readonly resolvers: readonly string[];
  readonly nameServers: Readonly<Record<string, string>>;
  readonly connectionId: number;
  /** Label of the commit after which the process kills itself; null: somebody else does. */
  readonly dieAfter: string | null;
}

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

async function run({ folder, resolvers, nameServers, connectionId, dieAfter }: Doom): Promise<void> {
  const config = {
    ...readConfig({ CERTFERRY_DATA_DIR: `${folder}/data`, CERTFERRY_ACCOUNTS_DIR: `${folder}/accounts` }),
    resolvers,
    nameServers,
  };
  const wrapStore = (store: Store) =>
    namingStore(store, (label) => {
      if (label === dieAfter) process.kill(process.pid, 'SIGKILL');
    });
  const log = pino({ level: 'debug' });
  const app = await createApp(config, await readSecrets({}, config), {
    log,
    wrapStore,
    retryLadderMs: [200, 400, 800],
    schedule: false,
  });
  await app.start();
  const id = await app.runner.start(connectionId, 'operator');
  await app.runner.ended(id);
  await app[Symbol.asyncDispose]();
}

const [, , doom] = process.argv;
if (doom && import.meta.url === `file://${process.argv[1]}`) await run(JSON.parse(doom) as Doom);
