import type { TrustStoreEntry } from '../api/types.ts';
import { grouped } from '../ui/grouped.ts';
import { daysLeft } from '../words/judge.ts';
import type { Look } from '../words/states.ts';

export interface StoreOfNode {
  readonly store: string;
  /** The first to expire on top. */
  readonly entries: readonly TrustStoreEntry[];
}

export interface TrustOfNode {
  readonly node: string;
  readonly stores: readonly StoreOfNode[];
}

/** Nodes and stores in the order of the answer. */
export function nodesOf(entries: readonly TrustStoreEntry[]): readonly TrustOfNode[] {
  return [...grouped(entries, ({ node }) => node)].map(([node, own]) => ({
    node,
    stores: [...grouped(own, ({ store }) => store)].map(([store, held]) => ({ store, entries: byEnd(held) })),
  }));
}

export function firstToExpire(entries: readonly TrustStoreEntry[]): TrustStoreEntry | undefined {
  return byEnd(entries)[0];
}

/** By subject: where one name stands for different certificates, on any node. */
export function twinsOf(entries: readonly TrustStoreEntry[]): ReadonlyMap<string, readonly TrustStoreEntry[]> {
  const bySubject = grouped(entries, ({ subject }) => subject);
  return new Map([...bySubject].filter(([, held]) => new Set(held.map(({ sha256 }) => sha256)).size > 1));
}

const SOON_DAYS = 60;

/** Null while it lasts long enough. */
export function soon(notAfter: string, now = Date.now()): Look | null {
  const left = daysLeft(notAfter, now);
  if (left < 0) return { word: 'Expired', tone: 'person' };
  return left <= SOON_DAYS ? { word: 'Ends soon', tone: 'pending' } : null;
}

/** `ISRG Root X1` of `CN=ISRG Root X1, O=Internet Security Research Group, C=US`. */
export function shortName(subject: string): string {
  return /(?:^|,\s*)CN=([^,]+)/.exec(subject)?.[1] ?? subject;
}

function byEnd(entries: readonly TrustStoreEntry[]): readonly TrustStoreEntry[] {
  return [...entries].sort((a, b) => a.notAfter.localeCompare(b.notAfter));
}
