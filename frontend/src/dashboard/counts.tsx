import { Link } from 'wouter';
import type { DashboardView } from '../api/types.ts';
import { State } from '../words/state.tsx';
import { CONNECTION, type Look, STATE_FILTERS } from '../words/states.ts';

type CountName = keyof DashboardView['counts'];

interface Shown {
  readonly name: CountName;
  readonly look: Look;
  /** Of the list of connections. */
  readonly filter: string;
  /** Also told when there are none: that is the good news. */
  readonly always?: true;
}

const SHOWN: readonly Shown[] = [
  { name: 'served', look: STATE_FILTERS.served, filter: 'state=served', always: true },
  { name: 'kept', look: STATE_FILTERS.kept, filter: 'state=kept' },
  { name: 'running', look: STATE_FILTERS.running, filter: 'state=running' },
  { name: 'retrying', look: STATE_FILTERS.retrying, filter: 'state=retrying' },
  { name: 'restartPending', look: STATE_FILTERS['restart-pending'], filter: 'state=restart-pending', always: true },
  { name: 'failed', look: STATE_FILTERS.failed, filter: 'state=failed', always: true },
  { name: 'expired', look: STATE_FILTERS.expired, filter: 'state=expired', always: true },
  { name: 'incomplete', look: CONNECTION.incomplete, filter: 'state=incomplete' },
  { name: 'expiring', look: CONNECTION.expiring, filter: 'state=expiring&sort=days' },
  { name: 'off', look: CONNECTION.off, filter: 'automatic=false' },
  { name: 'never', look: CONNECTION.never, filter: 'state=never' },
];

/** How many connections are in which state; each leads to them. */
export function Counts({ counts }: { readonly counts: DashboardView['counts'] }) {
  return (
    <section className="counts" aria-label="Counts">
      {SHOWN.filter(({ name, always }) => always || counts[name] > 0).map(({ name, look, filter }) => (
        <Link key={name} href={`/connections?${filter}`} data-none={counts[name] === 0 || undefined}>
          <strong>{counts[name].toLocaleString('en')}</strong>
          <State look={counts[name] === 0 ? { ...look, tone: 'off' } : look} />
        </Link>
      ))}
    </section>
  );
}
