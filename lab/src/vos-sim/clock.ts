import type { FaultView } from '../faults.ts';

/** More than the hour by which CAs date their certificates back, or nobody would notice. */
const SLOW_BY_MS = 65 * 60_000;

/** What the node takes for the time of day, in milliseconds since 1970. */
export type NodeClock = () => number;

export function nodeClock(faults: FaultView): NodeClock {
  return () => Date.now() - (faults.has('clock-skew') ? SLOW_BY_MS : 0);
}
