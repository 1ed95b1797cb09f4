import type { Connection, Store } from '../store/store.ts';
import type { FailureClass } from './failure-class.ts';
import { readMemory, type Setback, type WatchMemory } from './memory.ts';

const LOGIN: FailureClass = 'login';

interface RefusedStore {
  readonly watches: Pick<Store['watches'], 'mentioning'>;
  readonly connections: Pick<Store['connections'], 'get'>;
}

/** Why the last login of this connection was refused; null when none was. */
export function refusedLogin({ setbacks }: WatchMemory): Setback | null {
  return [setbacks.issue, setbacks.second, setbacks.deploy].find((one) => one?.class === LOGIN) ?? null;
}

/**
 * The login that an appliance refused to another connection with the same account: some lock it after three, and the slots
 * of one node are connections that become due together. Null when there is none since this connection was changed.
 */
export async function refusedElsewhere(
  { watches, connections }: RefusedStore,
  connection: Connection,
  changedAt: string,
): Promise<Setback | null> {
  const account = accountOf(connection);
  if (account === null) return null;
  for (const row of await watches.mentioning(`"class":"${LOGIN}"`)) {
    const memory = row.connectionId === connection.id ? null : readMemory(row);
    const refused = memory && refusedLogin(memory);
    if (!refused || refused.at < changedAt) continue;
    const other = await connections.get(row.connectionId);
    if (other && accountOf(other) === account) return refused;
  }
  return null;
}

/** Null where nobody logs in. */
function accountOf({ appliance: { settings } }: Pick<Connection, 'appliance'>): string | null {
  const { host, user } = settings;
  return typeof host === 'string' && typeof user === 'string' ? `${user}@${host.toLowerCase()}` : null;
}
