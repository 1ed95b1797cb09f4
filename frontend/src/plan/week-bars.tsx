import type { PlannedWeek } from '../api/types.ts';
import './plan.css';

/** A column for each week: how many renewals begin in it, and how many services are restarted. */
export function WeekBars({ weeks }: { readonly weeks: readonly PlannedWeek[] }) {
  const highest = Math.max(1, ...weeks.map(({ renewals, restarts }) => Math.max(renewals, restarts)));
  return (
    <figure className="week-bars">
      <ol aria-label="Weeks">
        {weeks.map(({ start, renewals, restarts }) => {
          const title = `Week of ${start.slice(0, 10)}: ${renewals} renewals, ${restarts} restarts`;
          return (
            <li key={start} title={title} aria-label={title}>
              <span className="week-bar" data-kind="renewals" style={{ blockSize: `${(renewals / highest) * 100}%` }} />
              <span className="week-bar" data-kind="restarts" style={{ blockSize: `${(restarts / highest) * 100}%` }} />
            </li>
          );
        })}
      </ol>
      <div className="week-months" aria-hidden>
        {weeks.map(({ start }, index) => (
          <span key={start} data-every={monthNumber(start) % 3 === 1 ? 'third' : undefined}>
            {isNewMonth(weeks, index) && monthOf(start)}
          </span>
        ))}
      </div>
      <figcaption className="quiet">
        <span className="week-key" data-kind="renewals" /> renewals <span className="week-key" data-kind="restarts" />{' '}
        restarts of services, at most {highest} in a week
      </figcaption>
    </figure>
  );
}

function isNewMonth(weeks: readonly PlannedWeek[], index: number): boolean {
  return index > 0 && weeks[index]?.start.slice(0, 7) !== weeks[index - 1]?.start.slice(0, 7);
}

/** 1 for January. */
function monthNumber(start: string): number {
  return Number(start.slice(5, 7));
}

function monthOf(start: string): string {
  return new Date(start).toLocaleString(undefined, { month: 'short', timeZone: 'UTC' });
}
