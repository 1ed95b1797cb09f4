import { z } from 'zod';
import type { Json } from '../domain/json.ts';

/** How long the records of a zone took until everybody had them. */
export interface PropagationHistory {
  /** Milliseconds from publishing to agreement. Two at once may come to one: it is an estimate. */
  record(zone: string, ms: number): Promise<void>;
  /** Null when nothing is known of the zone. */
  typical(zone: string): Promise<TypicalWait | null>;
}

/** Of the last waits that ended well. */
export interface TypicalWait {
  readonly medianMs: number;
  readonly slowestMs: number;
  readonly count: number;
}

/** Where small things are kept by name. */
export interface KeyValues {
  get(name: string): Promise<Json | undefined>;
  put(name: string, value: Json): Promise<void>;
}

/** Old waits tell of old name servers. */
const WAITS_KEPT = 20;

const waits = z.array(z.number()).catch([]);

export function createPropagationHistory(values: KeyValues): PropagationHistory {
  const keyOf = (zone: string) => `propagation.${zone}`;
  const read = async (zone: string) => waits.parse((await values.get(keyOf(zone))) ?? []);
  return {
    async record(zone, ms) {
      await values.put(keyOf(zone), [...(await read(zone)), Math.round(ms)].slice(-WAITS_KEPT));
    },
    async typical(zone) {
      const sorted = (await read(zone)).sort((a, b) => a - b);
      const medianMs = sorted[Math.floor(sorted.length / 2)];
      const slowestMs = sorted.at(-1);
      return medianMs === undefined || slowestMs === undefined ? null : { medianMs, slowestMs, count: sorted.length };
    },
  };
}

/** What can be promised of a wait that has taken `elapsedMs` so far. */
export function estimateWords(typical: TypicalWait | null, elapsedMs: number): string {
  if (!typical) return 'how long this zone takes is not known yet';
  const { medianMs, slowestMs, count } = typical;
  const times = count === 1 ? 'once' : `${count} times`;
  if (elapsedMs > slowestMs) return `longer than ever seen here (${seconds(slowestMs)} at most, ${times})`;
  return `usually ${seconds(medianMs)} here, at most ${seconds(slowestMs)} (${times})`;
}

function seconds(ms: number): string {
  return `${ms < 10_000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`;
}
