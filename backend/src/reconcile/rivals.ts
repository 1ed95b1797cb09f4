import { LONGEST_WINDOW_MS } from '../domain/budget.ts';
import { caOf } from '../domain/issuer-key.ts';
import { nameSetOf, registeredDomainsOf } from '../domain/name-set.ts';
import type { Facts } from '../renewal/facts.ts';
import type { IssuanceTable } from '../store/issuances.ts';
import type { Connection, Store } from '../store/store.ts';
import { readMemory } from './memory.ts';
import { LEFT_TO_PEOPLE, type WatchState } from './states.ts';

/** Who else wants a first certificate of a CA, while it allows only so many of a registered domain. */
export interface Rival {
  readonly connectionId: number;
  /** `caOf` of its issuer. */
  readonly ca: string;
  readonly dnsNames: readonly string[];
  /** ISO 8601: the first end among what it serves; null when nobody has seen it. */
  readonly endsAt: string | null;
  /** Its order is under way, and the ledger does not know of it yet. */
  readonly isOrdering: boolean;
}

/** By registered domain: how many more of its certificates are spoken for. */
export type Kept = ReadonlyMap<string, number>;

export const NOTHING_KEPT: Kept = new Map();

/**
 * What has to be left of a CA's limits for others: for each order that is under way, and for whoever ends sooner and cannot
 * wait until the limit lets go again. Without it, those with weeks to live use up in one hour what others need within days.
 */
export function keptFor(own: Pick<Rival, 'connectionId' | 'ca' | 'endsAt'>, rivals: readonly Rival[], now: Date): Kept {
  const kept = new Map<string, number>();
  const before = rivals.filter(
    (one) =>
      one.connectionId !== own.connectionId &&
      one.ca === own.ca &&
      (one.isOrdering || (cannotWait(one, now) && endsSooner(one, own))),
  );
  for (const domain of before.flatMap(({ dnsNames }) => registeredDomainsOf(dnsNames))) {
    kept.set(domain, (kept.get(domain) ?? 0) + 1);
  }
  return kept;
}

/** What ended long ago is broken in a way that a certificate does not mend: it takes what is there when its time comes. */
function cannotWait({ endsAt }: Rival, now: Date): boolean {
  return endsAt !== null && Math.abs(Date.parse(endsAt) - now.getTime()) < LONGEST_WINDOW_MS;
}

function endsSooner(one: Rival, own: Pick<Rival, 'connectionId' | 'endsAt'>): boolean {
  if (one.endsAt === null || own.endsAt === null) return own.endsAt === null && one.endsAt !== null;
  return one.endsAt === own.endsAt ? one.connectionId < own.connectionId : one.endsAt < own.endsAt;
}

/** What is read to find them. */
export interface RivalStore {
  readonly watches: Pick<Store['watches'], 'endingBetween' | 'get'>;
  readonly connections: Pick<Store['connections'], 'get'>;
  readonly renewals: Pick<Store['renewals'], 'unfinished'>;
  readonly issuances: Pick<IssuanceTable, 'last' | 'known'>;
}

/** All that may want a first certificate at `issuerKey`'s CA within the time that its limits are counted in. */
export async function rivalsAt(store: RivalStore, issuerKey: string, now: Date): Promise<readonly Rival[]> {
  const ca = caOf(issuerKey);
  const ordering = new Set(await orderingNow(store));
  const near = await store.watches.endingBetween(
    new Date(now.getTime() - LONGEST_WINDOW_MS),
    new Date(now.getTime() + LONGEST_WINDOW_MS),
  );
  const ids = new Set([...ordering, ...near.map(({ connectionId }) => connectionId)]);
  const found = await Promise.all([...ids].map((id) => rivalOf(store, id, ordering.has(id))));
  const there = found.filter((one) => one !== null && one.ca === ca) as readonly Rival[];
  const first = await Promise.all(there.map((one) => isFirst(store.issuances, issuerKey, one)));
  return there.filter((_one, index) => first[index]);
}

/** Connections whose renewal has no certificate yet, and will ask the CA itself for one. */
async function orderingNow({ renewals }: RivalStore): Promise<readonly number[]> {
  const rows = await renewals.unfinished();
  return rows.flatMap(({ connectionId, facts }) => {
    // Written by a renewal of this product.
    const { target, chain } = facts as Partial<Facts>;
    return chain || target?.goal === 'validate' ? [] : [connectionId];
  });
}

async function rivalOf(store: RivalStore, connectionId: number, isOrdering: boolean): Promise<Rival | null> {
  const [connection, row] = [await store.connections.get(connectionId), await store.watches.get(connectionId)];
  const memory = row && readMemory(row);
  if (!connection || !row || !memory || memory.ca === null) return null;
  if (!isOrdering && !mayOrder(connection, memory.decision?.state)) return null;
  return { connectionId, ca: memory.ca, dnsNames: connection.dnsNames, endsAt: row.endsAt, isOrdering };
}

function mayOrder({ policy, incomplete }: Connection, state: WatchState | undefined): boolean {
  const isLeftToPeople = state !== undefined && LEFT_TO_PEOPLE.includes(state);
  return policy.automatic && incomplete.length === 0 && !isLeftToPeople;
}

/** CAs count what was never issued before. An appliance may have added names to what was wanted. */
async function isFirst(
  issuances: RivalStore['issuances'],
  issuerKey: string,
  { connectionId, ca, dnsNames }: Rival,
): Promise<boolean> {
  const last = await issuances.last(connectionId);
  if (last && caOf(last.issuerKey) === ca && nameSetOf(last.wantedNames) === nameSetOf(dnsNames)) return false;
  return !(await issuances.known(issuerKey, dnsNames));
}
