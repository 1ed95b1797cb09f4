import { Link } from 'wouter';
import type { DashboardView } from '../api/types.ts';
import { State } from '../words/state.tsx';
import { SHOWN_COUNTS } from './shown-counts.ts';

/** How many connections are in which state; each leads to them. */
export function Counts({ counts }: { readonly counts: DashboardView['counts'] }) {
  return (
    <section className="counts" aria-label="Counts">
      {SHOWN_COUNTS.filter(({ name, always }) => always || counts[name] > 0).map(({ name, look, filter }) => (
        <Link key={name} href={`/connections?${filter}`} data-none={counts[name] === 0 || undefined}>
          <strong>{counts[name].toLocaleString('en')}</strong>
          <State look={counts[name] === 0 ? { ...look, tone: 'off' } : look} />
        </Link>
      ))}
    </section>
  );
}
