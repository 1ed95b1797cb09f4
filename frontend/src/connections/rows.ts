import type { ConnectionView, WordsView } from '../api/types.ts';
import { daysLeft, lookOfConnection } from '../words/judge.ts';
import type { Look, Tone } from '../words/states.ts';

/** A connection as the table shows it. */
export interface Row {
  readonly connection: ConnectionView;
  readonly look: Look;
  readonly days: number | null;
}

export type SortKey = 'name' | 'state' | 'days' | 'renewal';

export interface View {
  readonly search: string;
  readonly tone: Tone | null;
  readonly sort: SortKey;
  readonly descending: boolean;
}

const TONES: readonly Tone[] = ['person', 'running', 'pending', 'off', 'plain', 'served'];

export function rowsOf(connections: readonly ConnectionView[], words: WordsView | undefined): readonly Row[] {
  return connections.map((connection) => ({
    connection,
    look: lookOfConnection(connection, words),
    days: connection.lastSeen ? daysLeft(connection.lastSeen.notAfter) : null,
  }));
}

export function arrange(rows: readonly Row[], { search, tone, sort, descending }: View): readonly Row[] {
  const wanted = search.trim().toLowerCase();
  const found = rows.filter(
    ({ connection, look }) => (tone === null || look.tone === tone) && (wanted === '' || says(connection, wanted)),
  );
  const sorted = found.toSorted((a, b) => COMPARE[sort](a, b) || byName(a, b));
  return descending ? sorted.reverse() : sorted;
}

function says({ name, slot, dnsNames, appliance }: ConnectionView, wanted: string): boolean {
  const words = [name, slot, appliance.plugin, String(appliance.settings.host ?? ''), ...dnsNames];
  return words.some((word) => word.toLowerCase().includes(wanted));
}

const COMPARE: Readonly<Record<SortKey, (a: Row, b: Row) => number>> = {
  name: byName,
  state: (a, b) => TONES.indexOf(a.look.tone) - TONES.indexOf(b.look.tone),
  days: (a, b) => (a.days ?? Number.MAX_SAFE_INTEGER) - (b.days ?? Number.MAX_SAFE_INTEGER),
  renewal: (a, b) => begun(b).localeCompare(begun(a)),
};

function byName(a: Row, b: Row): number {
  return a.connection.name.localeCompare(b.connection.name);
}

function begun({ connection }: Row): string {
  return connection.lastRenewal?.startedAt ?? '';
}
