import { z } from 'zod';
import type { Store } from '../store/store.ts';
import type { ConnectionName } from '../store/upkeep.ts';
import type { WatchRow } from '../store/watches.ts';
import type { EndpointReading } from './endpoint-lines.ts';

const instant = z.string().nullable();

/**
 * As much of what the reconciler remembers (reconcile/memory.ts) as is told here. Reading the whole of it would take most of the time
 * of a scrape.
 */
const Watched = z.object({
  lookedAt: instant,
  endpoints: z.array(z.object({ name: z.string(), sha256: instant, silence: instant })),
  certificates: z.array(z.object({ sha256: z.string(), notAfter: z.string() })),
  unreachable: z.object({ since: z.string() }).nullable(),
  expected: instant,
  setbacks: z.object({ deploy: z.object({ certificate: instant }).nullable() }),
});

/** What every endpoint was last seen to serve, in two statements however many there are. */
export async function endpointReadings(
  { watches }: Pick<Store, 'watches'>,
  connections: readonly ConnectionName[],
): Promise<readonly EndpointReading[]> {
  const names = new Map(connections.map(({ id, name }) => [id, name]));
  return (await watches.all()).flatMap((row) => {
    const connection = names.get(row.connectionId);
    return connection === undefined ? [] : readingsOf(row, connection);
  });
}

function readingsOf({ connectionId, memory }: WatchRow, connection: string): readonly EndpointReading[] {
  const parsed = Watched.safeParse(memory);
  if (!parsed.success) return [];
  const { lookedAt, endpoints, certificates, unreachable, expected, setbacks } = parsed.data;
  // What was issued and could not be put to use is still what is wanted.
  const wanted = setbacks.deploy?.certificate ?? expected;
  const ends = new Map(certificates.map(({ sha256, notAfter }) => [sha256, notAfter]));
  return endpoints.map(({ name, sha256, silence }) => ({
    connectionId,
    connection,
    endpoint: name,
    notAfter: ms(ends.get(sha256 ?? '') ?? null),
    asWanted: silence !== null || sha256 === null || wanted === null ? null : sha256 === wanted,
    unreachableSince: silence === null ? null : ms(unreachable?.since ?? lookedAt),
    seenAt: ms(lookedAt),
  }));
}

function ms(at: string | null): number | null {
  return at === null ? null : Date.parse(at);
}
