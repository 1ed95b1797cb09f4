import { Table, Text } from '@mantine/core';
import type { ActivationRecord, RenewalView } from '../../api/types.ts';
import { Duration } from '../../ui/duration.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Scroll } from '../../ui/scroll.tsx';
import { State } from '../../words/state.tsx';
import { STEP_LOOKS } from '../../words/states.ts';

/** What is restarted, node by node, each at most once. */
export function Activation({ view: { facts } }: { readonly view: RenewalView }) {
  const { activation } = facts;
  if (!activation)
    return <Text className="quiet">Each service is restarted at most once, and one node after the other.</Text>;
  if (activation.length === 0) return <Text>No restart was needed: the new certificate was served already.</Text>;
  return (
    <Scroll>
      <Table aria-label="Restarts" className="cards">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Node</Table.Th>
            <Table.Th>Service</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Begun</Table.Th>
            <Table.Th>Away</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {activation.map((record) => (
            <Table.Tr key={record.action.id}>
              <Table.Td className="mono">{record.action.node}</Table.Td>
              <Table.Td>
                {record.action.service}
                <div className="quiet">{record.action.impact}</div>
              </Table.Td>
              <Table.Td>
                <State look={lookOf(record)} />
              </Table.Td>
              <Table.Td data-label="Begun">
                <Moment at={record.startedAt} />
              </Table.Td>
              <Table.Td data-label="Away">
                <Duration from={record.startedAt} to={record.doneAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}

function lookOf({ accepted, done }: ActivationRecord) {
  if (done) return { ...STEP_LOOKS.done, word: 'Back again' };
  return { ...STEP_LOOKS.running, word: accepted ? 'Restarting' : 'Asked to restart' };
}
