import { Tooltip } from '@mantine/core';
import { Link } from 'wouter';
import type { ExpiryLane, ExpiryMark, ExpiryView } from '../api/types.ts';
import { many } from '../ui/many.ts';
import { Exactly } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';
import { Practice } from '../ui/practice.tsx';
import { exact } from '../ui/time.ts';
import { daysLeft, isDue } from '../words/judge.ts';
import { type PlacedMark, placeMarks } from './lanes.ts';
import './expiry.css';

const SOONEST = 5;
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

interface ExpiryPanelProps {
  readonly expiry: ExpiryView;
  /** ISO 8601; the left end of the axis. */
  readonly at: string;
}

/** When what is served ends, a lane for each product: mark by mark, or as density when there are too many to tell apart. */
export function ExpiryPanel({ expiry, at }: ExpiryPanelProps) {
  const { lanes, marks, complete, days } = expiry;
  if (lanes.length === 0) return null;
  const now = Date.parse(at);
  const highest = Math.max(1, ...lanes.flatMap((lane) => lane.days.map(({ count }) => count)));
  return (
    <Panel
      title={`Expiry, next ${days} days`}
      aside={<Legend complete={complete} practice={marks.some((mark) => mark.practice)} />}
    >
      <Axis now={now} days={days} />
      {lanes.map((lane) => (
        <section key={lane.product} className="expiry-lane" aria-label={lane.title}>
          <LaneTitle lane={lane} days={days} />
          {complete ? (
            <Marks marks={marks.filter(({ product }) => product === lane.product)} now={now} days={days} />
          ) : (
            <Density lane={lane} highest={highest} days={days} now={now} />
          )}
        </section>
      ))}
      {!complete && <Soonest marks={marks.slice(0, SOONEST)} />}
    </Panel>
  );
}

function Legend({ complete, practice }: { readonly complete: boolean; readonly practice: boolean }) {
  return (
    <span className="quiet expiry-legend" aria-hidden>
      {complete ? (
        <>
          {practice && (
            <>
              <i className="legend-practice" /> staging
            </>
          )}
          <i className="legend-line" /> from renewal to expiry
        </>
      ) : (
        <>
          <i className="legend-due" /> due <i className="legend-later" /> not yet due, certificates a day
        </>
      )}
    </span>
  );
}

function Axis({ now, days }: { readonly now: number; readonly days: number }) {
  return (
    <div className="expiry-lane expiry-axis" aria-hidden>
      <span />
      <span className="expiry-ticks">
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part}>{part === 0 ? 'today' : date.format(now + part * days * 86_400_000)}</span>
        ))}
      </span>
    </div>
  );
}

function LaneTitle({ lane: { product, title, total, expired, later }, days }: { lane: ExpiryLane; days: number }) {
  return (
    <div>
      <Link href={`/connections?product=${encodeURIComponent(product)}&sort=days`} className="name-link">
        {title}
      </Link>
      <div className="quiet">
        {many(total, 'certificate')}
        {later > 0 && `, ${later.toLocaleString('en')} later than ${days} days`}
      </div>
      {expired > 0 && (
        <Link
          href={`/connections?product=${encodeURIComponent(product)}&state=expired`}
          className="plain-link"
          data-tone="person"
        >
          {expired.toLocaleString('en')} expired
        </Link>
      )}
    </div>
  );
}

interface MarksProps {
  readonly marks: readonly ExpiryMark[];
  readonly now: number;
  readonly days: number;
}

function Marks({ marks, now, days }: MarksProps) {
  const placed = placeMarks(marks, now, days);
  const rows = Math.max(1, ...placed.map(({ row }) => row + 1));
  return (
    <div className="expiry-track" style={{ height: `${rows * 1.125 + 0.25}rem` }}>
      {placed.map((one) => (
        <Mark key={one.mark.connectionId} placed={one} now={now} days={days} />
      ))}
    </div>
  );
}

interface MarkProps {
  readonly placed: PlacedMark;
  readonly now: number;
  readonly days: number;
}

function Mark({ placed: { mark, row, from, to, days: left }, now, days }: MarkProps) {
  const staging = mark.practice ? ' (staging)' : '';
  const words = `${mark.name}${staging}, ${left < 0 ? 'expired' : `ends in ${many(left, 'day')}`}`;
  const tone = left < 0 ? 'person' : isDue(mark.dueAt, now) ? 'pending' : 'later';
  return (
    <Tooltip label={`${words}: ${exact(mark.notAfter)}`} events={{ hover: true, focus: true, touch: true }}>
      <Link
        href={`/connections/${mark.connectionId}`}
        className="expiry-mark"
        data-tone={tone}
        data-beyond={left > days || undefined}
        data-practice={mark.practice || undefined}
        aria-label={words}
        style={{
          left: `${(100 * from) / days}%`,
          width: `${(100 * (to - from)) / days}%`,
          top: `${row * 1.125 + 0.125}rem`,
        }}
      />
    </Tooltip>
  );
}

interface DensityProps {
  readonly lane: ExpiryLane;
  readonly highest: number;
  readonly days: number;
  readonly now: number;
}

/** Heights by the root of the count: one certificate beside a hundred is still seen. */
function Density({ lane, highest, days, now }: DensityProps) {
  const soon = lane.days.filter(({ day }) => day < 7).reduce((sum, { count }) => sum + count, 0);
  return (
    <div
      className="expiry-track expiry-density"
      role="img"
      aria-label={`${many(soon, 'certificate')} end within a week, ${lane.expired} have expired`}
    >
      {lane.days.map(({ day, count, due }) => (
        <span
          key={day}
          title={`${date.format(now + day * 86_400_000)}: ${many(count, 'certificate')}, ${due} due`}
          style={{
            left: `${(100 * day) / (days + 1)}%`,
            width: `${100 / (days + 1)}%`,
            height: `${Math.max(6, 100 * Math.sqrt(count / highest))}%`,
          }}
        >
          <i style={{ height: `${(100 * due) / count}%` }} />
        </span>
      ))}
    </div>
  );
}

function Soonest({ marks }: { readonly marks: readonly ExpiryMark[] }) {
  return (
    <p className="expiry-soonest">
      <span className="quiet">First to end:</span>{' '}
      {marks.map(({ connectionId, name, notAfter, practice }) => (
        <span key={connectionId}>
          <Link href={`/connections/${connectionId}`} className="name-link">
            {name}
          </Link>{' '}
          {practice && <Practice />}{' '}
          <span className="quiet">
            <Exactly at={notAfter}>
              {daysLeft(notAfter) < 0 ? 'expired' : `in ${many(daysLeft(notAfter), 'day')}`}
            </Exactly>
          </span>
        </span>
      ))}
      <Link href="/connections?sort=days">All by days left</Link>
    </p>
  );
}
