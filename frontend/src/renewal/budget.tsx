import { useBlastRadius } from '../api/queries.ts';
import type { BlastRadius } from '../api/types.ts';
import { Moment } from '../ui/moment.tsx';

type Line = BlastRadius['budget']['lines'][number];

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What is left of the CA's limits, and why the schedule would not begin now. Nothing where the CA publishes none. */
export function Budget({ connectionId }: { readonly connectionId: number }) {
  const { data: plan } = useBlastRadius(connectionId);
  if (!plan) return null;
  const { budget, cautions } = plan;
  const lines = budget.lines.filter(({ applies }) => applies);
  return (
    <>
      {lines.length > 0 && (
        <>
          <dt>Left at the CA</dt>
          <dd>
            {lines.map((line) => (
              <div key={`${line.limit} ${line.of}`} data-tone={line.left === 0 ? 'person' : undefined}>
                {line.left} of {line.max} {line.what}
                {line.of !== null && ` (${line.of})`}, {within(line)}
                {line.left === 0 && line.freesAt && (
                  <>
                    ; one is free again <Moment at={line.freesAt} />
                  </>
                )}
              </div>
            ))}
            <div className="quiet">
              By certferry’s own count; others may use the same limits.{' '}
              {budget.source && (
                <a href={budget.source} target="_blank" rel="noreferrer">
                  Limits of {budget.ca}
                </a>
              )}
            </div>
          </dd>
        </>
      )}
      {cautions.length > 0 && (
        <>
          <dt>Mind</dt>
          <dd data-tone="pending">
            {cautions.map((caution) => (
              <div key={caution}>{caution}</div>
            ))}
          </dd>
        </>
      )}
    </>
  );
}

function within({ windowMs }: Line): string {
  const days = Math.round(windowMs / DAY_MS);
  return days >= 1 ? `within ${days === 1 ? 'a day' : `${days} days`}` : `within ${Math.round(windowMs / HOUR_MS)} h`;
}
