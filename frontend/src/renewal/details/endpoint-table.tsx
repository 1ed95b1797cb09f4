import { Table } from '@mantine/core';
import type { RenewalView, ServedEndpoint } from '../../api/types.ts';
import { Moment } from '../../ui/moment.tsx';
import { Fingerprint } from '../../ui/mono.tsx';
import { Scroll } from '../../ui/scroll.tsx';
import { State } from '../../words/state.tsx';
import { servedLines } from '../served.ts';

interface EndpointTableProps {
  readonly view: RenewalView;
  readonly seen: readonly ServedEndpoint[];
  readonly caption: string;
}

export function EndpointTable({ view, seen, caption }: EndpointTableProps) {
  return (
    <Scroll>
      <Table captionSide="top" className="cards">
        <Table.Caption ta="left" mt={0}>
          {caption}
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Endpoint</Table.Th>
            <Table.Th>Certificate</Table.Th>
            <Table.Th>SHA-256</Table.Th>
            <Table.Th>Ends</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {servedLines(view, seen).map(({ where, word, tone, sha256, notAfter, detail }) => (
            <Table.Tr key={where}>
              <Table.Td className="mono">{where}</Table.Td>
              <Table.Td>
                <State look={{ word, tone }} />
              </Table.Td>
              <Table.Td>{sha256 === null ? detail : <Fingerprint sha256={sha256} />}</Table.Td>
              <Table.Td data-label={notAfter ? 'Ends' : undefined}>{notAfter && <Moment at={notAfter} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}
