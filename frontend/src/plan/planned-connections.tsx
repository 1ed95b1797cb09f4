import { Table } from '@mantine/core';
import { Link } from 'wouter';
import type { PlannedConnection } from '../api/types.ts';
import { Moment } from '../ui/moment.tsx';
import { State } from '../words/state.tsx';
import { PLANNED } from '../words/states.ts';

const SHOWN = 200;

/** The troubled first, then those that come next. */
export function PlannedConnections({ connections }: { readonly connections: readonly PlannedConnection[] }) {
  const rows = connections.toSorted((a, b) => rank(a) - rank(b) || next(a).localeCompare(next(b))).slice(0, SHOWN);
  return (
    <Table aria-label="Connections" className="cards">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Connection</Table.Th>
          <Table.Th>In this future</Table.Th>
          <Table.Th>Next renewal</Table.Th>
          <Table.Th>Renewals in a year</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.connectionId}>
            <Table.Td>
              <Link href={`/connections/${row.connectionId}`} className="name-link">
                {row.name}
              </Link>
            </Table.Td>
            <Table.Td>
              <State look={lookOf(row)} />
              {row.problems.map((problem) => (
                <div key={problem}>{problem}</div>
              ))}
            </Table.Td>
            <Table.Td data-label="Next renewal">
              {row.renewals[0]?.renewAt ? <Moment at={row.renewals[0].renewAt} /> : 'none'}
            </Table.Td>
            <Table.Td data-label="Renewals in a year">{row.renewals.length}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
      {connections.length > SHOWN && (
        <Table.Caption>and {connections.length - SHOWN} more without trouble</Table.Caption>
      )}
    </Table>
  );
}

function lookOf({ breaks, problems }: PlannedConnection) {
  return breaks ? PLANNED.breaks : problems.length > 0 ? PLANNED.mind : PLANNED.fine;
}

function rank({ breaks, problems }: PlannedConnection): number {
  return breaks ? 0 : problems.length > 0 ? 1 : 2;
}

function next({ renewals }: PlannedConnection): string {
  return renewals[0]?.renewAt ?? '~';
}
