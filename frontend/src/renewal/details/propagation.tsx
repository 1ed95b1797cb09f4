import { Text } from '@mantine/core';
import type { RenewalView } from '../../api/types.ts';
import { AnswerTable } from '../../dns/answer-table.tsx';
import { Copy } from '../../ui/copy.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Reachability } from './reachability.tsx';
import { Records } from './records.tsx';

/** Server by server, or address by address: who shows the proof, and what the others say. */
export function Propagation({ view }: { readonly view: RenewalView }) {
  const { propagation = [], reachability = [], propagateBy } = view.facts;
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
      {propagateBy && view.outcome === null && (
        <Text className="quiet">
          Gives up <Moment at={propagateBy} />.
        </Text>
      )}
    </>
  );
}
