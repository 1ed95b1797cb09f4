import type { DashboardView, StateFilter } from '../api/types.ts';
import { CONNECTION, type Look, STATE_FILTERS } from '../words/states.ts';

interface ShownCount {
  readonly name: keyof DashboardView['counts'];
  readonly look: Look;
  /** Of the list of connections. */
  readonly filter: string;
  /** Also told when there are none: that is the good news. */
  readonly always?: true;
}

/** What the dashboard counts, in its order. Each leads to the connections behind it. */
export const SHOWN_COUNTS: readonly ShownCount[] = [
  { ...inState('served', 'served'), always: true },
  inState('kept', 'kept'),
  inState('running', 'running'),
  inState('retrying', 'retrying'),
  { ...inState('restartPending', 'restart-pending'), always: true },
  inState('held', 'held'),
  { ...inState('failed', 'failed'), always: true },
  inState('notServed', 'not-served'),
  inState('unreachable', 'unreachable'),
  { ...inState('expired', 'expired'), always: true },
  inState('stuck', 'stuck'),
  { name: 'expiring', look: CONNECTION.expiring, filter: 'state=expiring&sort=days' },
  inState('incomplete', 'incomplete'),
  { name: 'off', look: CONNECTION.off, filter: 'automatic=false' },
  inState('never', 'never'),
  inState('ended', 'ended'),
];

function inState(name: ShownCount['name'], state: StateFilter): ShownCount {
  return { name, look: STATE_FILTERS[state], filter: `state=${state}` };
}
