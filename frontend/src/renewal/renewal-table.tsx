import { Table } from '@mantine/core';
import { Link } from 'wouter';
import { useWords } from '../api/queries.ts';
import type { RenewalItem } from '../api/types.ts';
import { Duration } from '../ui/duration.tsx';
import { Empty } from '../ui/empty.tsx';
import { Moment } from '../ui/moment.tsx';
import { Practice } from '../ui/practice.tsx';
import { lookOfRenewal } from '../words/judge.ts';
import { State } from '../words/state.tsx';

interface RenewalTableProps {
  readonly renewals: readonly RenewalItem[];
  /** Within the page of one connection its name says nothing. */
  readonly ofOne?: boolean;
}

export function RenewalTable({ renewals, ofOne = false }: RenewalTableProps) {
  const words = useWords();
  if (renewals.length === 0) return <Empty title="Nothing was renewed yet">A renewal begins with Renew now.</Empty>;
  return (
    <Table highlightOnHover aria-label="Renewals" className="cards">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>State</Table.Th>
          {!ofOne && <Table.Th>Connection</Table.Th>}
          <Table.Th>Begun</Table.Th>
          <Table.Th>Took</Table.Th>
          <Table.Th>In words</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {renewals.map((renewal) => (
          <Table.Tr key={renewal.id}>
            <Table.Td>
              <Link href={`/renewals/${renewal.id}`} className="plain-link">
                <State look={lookOfRenewal(renewal, words)} />
              </Link>{' '}
              {renewal.practice && <Practice />}
            </Table.Td>
            {!ofOne && (
              <Table.Td>
                <ConnectionName {...renewal} />
              </Table.Td>
            )}
            <Table.Td data-label="Begun" style={{ whiteSpace: 'nowrap' }}>
              <Moment at={renewal.startedAt} />
            </Table.Td>
            <Table.Td data-label="Took" style={{ whiteSpace: 'nowrap' }}>
              <Duration from={renewal.startedAt} to={renewal.finishedAt} />
            </Table.Td>
            <Table.Td className="in-words">{renewal.note}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function ConnectionName({ connectionId, connectionName, connectionRemoved }: RenewalItem) {
  if (connectionRemoved) return <>{connectionName} (removed)</>;
  return (
    <Link href={`/connections/${connectionId}`} className="plain-link">
      {connectionName}
    </Link>
  );
}
