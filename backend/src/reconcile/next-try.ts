import type { StoredEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { afterEnd } from './absorb.ts';
import { isLeftToPeople } from './decide.ts';
import { endingOf } from './ending.ts';
import { emptyMemory, readMemory } from './memory.ts';

/**
 * When the schedule tries again after a renewal that did not succeed, ISO 8601; null when it leaves that to people. Tells
 * the same whether or not the reconciler has read the event yet. `tx`: the transaction of whoever asks.
 */
export async function nextTryAfter(tx: Store, stored: StoredEvent): Promise<string | null> {
  const { event, seq, at } = stored;
  if (event.type !== 'renewal.finished') return null;
  const connection = await tx.connections.get(event.connectionId);
  if (!connection?.policy.automatic) return null;
  const row = await tx.watches.get(connection.id);
  const known = (row && readMemory(row)) ?? emptyMemory(new Date(at));
  const memory = known.seq >= seq ? known : afterEnd(known, await endingIn(tx, stored, event));
  const own = Object.values(memory.setbacks).find((setback) => setback?.renewalId === event.renewalId);
  return own && !isLeftToPeople(own, memory) ? own.notBefore : null;
}

async function endingIn(tx: Store, stored: StoredEvent, event: Parameters<typeof endingOf>[1]) {
  const [row, last] = [await tx.renewals.get(event.renewalId), await tx.issuances.last(event.connectionId)];
  return endingOf(stored, event, row, last);
}
