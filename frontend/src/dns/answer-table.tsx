import { Table } from '@mantine/core';
import type { DnsCheckView } from '../api/types.ts';
import { Clock } from '../ui/moment.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { State } from '../words/state.tsx';
import { SERVER_ANSWERS } from '../words/states.ts';

/** What each server said about one record. */
export function AnswerTable({ answers }: { readonly answers: DnsCheckView['answers'] }) {
  // Only a record that is watched has been there since some instant.
  const isWatched = answers.some(({ since }) => since !== undefined);
  return (
    <Scroll>
      <Table aria-label="What each server answers" className="cards">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Server</Table.Th>
            <Table.Th>Record</Table.Th>
            {isWatched && <Table.Th>Since</Table.Th>}
            <Table.Th>It says</Table.Th>
            <Table.Th>Serial</Table.Th>
            <Table.Th>Took</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {answers.map(({ server, kind, state, detail, values, soaSerial, latencyMs, since }) => (
            <Table.Tr key={`${kind} ${server.name} ${server.address}:${server.port}`} data-server={server.name}>
              <Table.Td>
                <div className="mono">{server.name}</div>
                <div className="mono quiet">
                  {server.address === server.name ? '' : server.address}
                  {kind === 'resolver' && ' resolver'}
                </div>
              </Table.Td>
              <Table.Td>
                <State look={SERVER_ANSWERS[state]} />
              </Table.Td>
              {isWatched && (
                <Table.Td data-label={since ? 'Since' : undefined}>{since && <Clock at={since} />}</Table.Td>
              )}
              <Table.Td>
                {detail}
                {state !== 'seen' && values.length > 0 && <div className="mono quiet">{values.join(' ')}</div>}
              </Table.Td>
              <Table.Td className="mono" data-label="Serial">
                {soaSerial ?? '–'}
              </Table.Td>
              <Table.Td className="mono" data-label="Took">
                {latencyMs} ms
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}
