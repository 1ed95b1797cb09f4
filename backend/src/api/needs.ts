import type { App } from '../app.ts';
import type { OverviewRow, Standing } from '../store/overview.ts';
import type { Connection } from '../store/store.ts';
import type { NeedItem } from './contract/lists.ts';
import { connectionItems } from './items.ts';

type Asked = Pick<App, 'store' | 'explain'>;

/** What needs a person, each with the reason. Asks the schedule of each: for a few rows. */
export async function needItems({ store, explain }: Asked, rows: readonly OverviewRow[]): Promise<readonly NeedItem[]> {
  const connections = await store.connections.some(rows.map(({ connectionId }) => connectionId));
  const whys = await Promise.all(
    rows.map(async (row) => {
      const connection = connections.find(({ id }) => id === row.connectionId);
      return [row.connectionId, connection ? await whyOf(row, connection, explain) : null] as const;
    }),
  );
  const byId = new Map(whys);
  return (await connectionItems(store, rows)).map((item) => ({ ...item, why: byId.get(item.id) ?? null }));
}

async function whyOf(row: OverviewRow, connection: Connection, explain: Asked['explain']): Promise<string | null> {
  const { standing, lastRenewal } = row;
  const seen = seenOf(row);
  if (seen !== null) return seen;
  if (lastRenewal && isOfLastRenewal(standing, lastRenewal.outcome)) return sentence(lastRenewal.note);
  return (await explain(connection)).sentence;
}

/** What was wrong at the last look; null where that is not why it stands so. */
function seenOf({ standing, deviation, unreachable }: OverviewRow): string | null {
  if (standing === 'not-served') return deviation;
  return standing === 'unreachable' ? (unreachable?.message ?? null) : null;
}

/** What a renewal asks while it is under way, or how it failed; else the schedule knows. */
function isOfLastRenewal(standing: Standing, outcome: string | null): boolean {
  if (outcome === null || standing === 'affected' || standing === 'failed') return true;
  return standing === 'not-served' && outcome === 'installed-not-served';
}

/** The first line of a note; null without one. What a step waits for is noted without a capital. */
function sentence(note: string | null): string | null {
  const [line] = note?.split('\n') ?? [];
  return line === undefined ? null : line.charAt(0).toUpperCase() + line.slice(1);
}
