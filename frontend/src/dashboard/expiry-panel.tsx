import { Link } from 'wouter';
import type { ConnectionView, WordsView } from '../api/types.ts';
import { Panel } from '../ui/panel.tsx';
import { exact } from '../ui/time.ts';
import { daysLeft } from '../words/judge.ts';
import './dashboard.css';

const HORIZON = 100;
const SHOWN = 20;

/** A third of 90 days: what a policy without days comes to at most public CAs. */
const USUAL_DAYS_BEFORE = 30;

interface ExpiryPanelProps {
  readonly connections: readonly ConnectionView[];
  readonly words: WordsView | undefined;
}

/** What ends next, each on one axis: from the day on which it is due to the day on which it ends. */
export function ExpiryPanel({ connections }: ExpiryPanelProps) {
  const known = connections
    .flatMap((connection) =>
      connection.lastSeen ? [{ connection, days: daysLeft(connection.lastSeen.notAfter) }] : [],
    )
    .sort((a, b) => a.days - b.days);
  if (known.length === 0) return null;
  return (
    <Panel title={`Expiry, next ${HORIZON} days`}>
      <div className="expiry-row expiry-axis" aria-hidden>
        <span />
        <span className="expiry-ticks">
          {[0, 25, 50, 75, HORIZON].map((day) => (
            <span key={day}>{day === 0 ? 'today' : day}</span>
          ))}
        </span>
        <span>Days left</span>
      </div>
      {known.slice(0, SHOWN).map(({ connection, days }) => (
        <Lane key={connection.id} connection={connection} days={days} />
      ))}
      {known.length > SHOWN && (
        <Link href="/connections?sort=days">{known.length - SHOWN} more, sorted by days left</Link>
      )}
    </Panel>
  );
}

function Lane({ connection, days }: { readonly connection: ConnectionView; readonly days: number }) {
  const daysBefore = connection.policy.daysBefore ?? USUAL_DAYS_BEFORE;
  const due = days - daysBefore;
  const title = `Due ${daysBefore} days before it ends, ends ${exact(connection.lastSeen?.notAfter ?? '')}`;
  return (
    <div className="expiry-row">
      <Link href={`/connections/${connection.id}`} className="name-link">
        {connection.name}
      </Link>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={title}>
        <title>{title}</title>
        <line x1="0" x2="100" y1="5" y2="5" stroke="var(--line)" vectorEffect="non-scaling-stroke" />
        <line
          x1={within(due)}
          x2={within(days)}
          y1="5"
          y2="5"
          stroke={days < 0 ? 'var(--person)' : 'var(--pending)'}
          strokeWidth="5"
          strokeOpacity="0.45"
          vectorEffect="non-scaling-stroke"
        />
        <line
          x1={within(days)}
          x2={within(days)}
          y1="0"
          y2="10"
          stroke="var(--person)"
          strokeWidth="2"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <span data-tone={days < 0 ? 'person' : days <= daysBefore ? 'pending' : undefined}>
        {days < 0 ? 'expired' : `${days} days`}
      </span>
    </div>
  );
}

function within(day: number): number {
  return Math.min(Math.max(day, 0), HORIZON);
}
