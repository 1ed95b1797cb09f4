import { Text } from '@mantine/core';
import type { Facts, RenewalView } from '../../api/types.ts';
import { AnswerTable } from '../../dns/answer-table.tsx';
import { Copy } from '../../ui/copy.tsx';
import { Duration, took } from '../../ui/duration.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Reachability } from './reachability.tsx';
import { Records } from './records.tsx';

/** Server by server, or address by address: who shows the proof, and what the others say. */
export function Propagation({ view }: { readonly view: RenewalView }) {
  const { propagation = [], reachability = [], propagateBy, propagationWait } = view.facts;
  const isWaiting = view.outcome === null && propagation.some(({ agreed }) => !agreed);
  if (propagation.length === 0 && reachability.length === 0) return <Records view={view} />;
  return (
    <>
      <Reachability sights={reachability} />
      {propagation.map(({ fqdn, zone, value, answers }) => (
        <div key={`${fqdn} ${value}`}>
          <div className="mono record-text">
            {fqdn} <Copy value={fqdn} what="the name" />
          </div>
          {value !== null && (
            <div className="mono record-text">
              {value} <Copy value={value} what="the TXT value" />
            </div>
          )}
          <Text className="quiet">zone {zone}</Text>
          <AnswerTable answers={answers} />
        </div>
      ))}
      {isWaiting && propagationWait && <Wait wait={propagationWait} />}
      {propagateBy && view.outcome === null && (
        <Text className="quiet">
          Gives up <Moment at={propagateBy} />.
        </Text>
      )}
    </>
  );
}

function Wait({ wait: { startedAt, typical } }: { readonly wait: Facts['propagationWait'] }) {
  const usual = typical
    ? `usually ${took(typical.medianMs)} here, at most ${took(typical.slowestMs)}`
    : 'how long this zone takes is not known yet';
  return (
    <Text className="quiet">
      Waiting for <Duration from={startedAt} />; {usual}.
    </Text>
  );
}
