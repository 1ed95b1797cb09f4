import { Link } from 'wouter';
import { useConnection, useExplanation } from '../api/queries.ts';
import type { RenewalView } from '../api/types.ts';
import { cleanedUp } from './published.ts';

/** After a failure: what was cleaned up, and what the schedule does next. */
export function Aftermath({ view }: { readonly view: RenewalView }) {
  return (
    <dl className="facts">
      <dt>Cleaned up</dt>
      <dd>
        <CleanedUp view={view} />
      </dd>
      {!view.connectionRemoved && <Next view={view} />}
    </dl>
  );
}

export function CleanedUp({ view }: { readonly view: Pick<RenewalView, 'facts'> }) {
  const { removed, left, byHand } = cleanedUp(view);
  if (removed.length + left.length + byHand.length === 0) return <>Nothing had been published.</>;
  return (
    <>
      {removed.map((name) => (
        <div key={name}>
          <span className="mono">{name}</span> removed
        </div>
      ))}
      {left.map((name) => (
        <div key={name} data-tone="pending">
          <span className="mono">{name}</span> could not be removed; certferry tries again every night (
          <Link href="/dns">left behind</Link>)
        </div>
      ))}
      {byHand.map((name) => (
        <div key={name} data-tone="pending">
          <span className="mono">{name}</span> was published by hand, if at all: remove it there
        </div>
      ))}
    </>
  );
}

/** Once another one was begun, what comes next is told there. */
function Next({ view: { id, connectionId } }: { readonly view: RenewalView }) {
  const last = useConnection(connectionId).data?.lastRenewal?.id;
  const explanation = useExplanation(connectionId).data;
  if (last === undefined || explanation === undefined) return null;
  return (
    <>
      <dt>What comes next</dt>
      <dd>
        {last === id ? (
          explanation.sentence
        ) : (
          <>
            There was <Link href={`/renewals/${last}`}>another renewal</Link> since.
          </>
        )}
      </dd>
    </>
  );
}
