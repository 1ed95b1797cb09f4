import type { Choice } from './decide.ts';
import { NO_SETBACKS, type WatchMemory } from './memory.ts';
import type { Observation } from './observe.ts';
import type { WatchState } from './states.ts';

/**
 * Tells that nothing is the matter any more although no renewal ended it: what had failed, was due or came to its end is no longer
 * served, and what is served instead leaves nothing to do. Somebody replaced it by hand, or restarted what held it. `before` is
 * what was remembered before this look; what stood in the way of renewals is forgotten with it.
 */
export function tellCure(before: WatchMemory, memory: WatchMemory, { state }: Pick<Choice, 'state'>): Observation {
  if (!AT_REST.includes(state) || memory.verdict?.due !== false || !isOver(before, memory)) return { memory, news: [] };
  return { memory: { ...memory, told: null, setbacks: NO_SETBACKS }, news: [{ type: 'watch.cured' }] };
}

const AT_REST: readonly WatchState[] = ['fresh', 'preparing'];

function isOver({ verdict }: WatchMemory, { certificates, told, setbacks, expected }: WatchMemory): boolean {
  const isGone = (sha256: string) => certificates.every((one) => one.sha256 !== sha256);
  if (told && isGone(told.sha256)) return true;
  if (!verdict?.certificate || !isGone(verdict.certificate)) return false;
  const failed = Object.values(setbacks).some((setback) => setback !== null);
  // That a renewal put it there was told when the renewal ended.
  return failed || (verdict.due && certificates.some(({ sha256 }) => sha256 !== expected));
}
