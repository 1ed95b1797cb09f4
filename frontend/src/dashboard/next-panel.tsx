import { Link } from 'wouter';
import type { DashboardView } from '../api/types.ts';
import { Empty } from '../ui/empty.tsx';
import { Moment } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';

/** What begins by itself next, and why. */
export function NextPanel({ next }: { readonly next: DashboardView['next'] }) {
  return (
    <Panel title="Next">
      {next.length === 0 ? (
        <Empty title="Nothing begins by itself">
          A renewal of the schedule stands here once its endpoints have been looked at.
        </Empty>
      ) : (
        <ol className="next-runs">
          {next.map(({ connectionId, name, at, why }) => (
            <li key={connectionId}>
              <Link href={`/connections/${connectionId}`} className="name-link">
                {name}
              </Link>{' '}
              <Moment at={at} />
              <div className="quiet">{why}</div>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
