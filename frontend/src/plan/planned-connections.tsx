import { Table } from '@mantine/core';
import { Link } from 'wouter';
import type { PlannedConnection } from '../api/types.ts';
import { Moment } from '../ui/moment.tsx';
import { dateOf } from '../ui/time.ts';
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
          <Table.Th>Restarts in a year</Table.Th>
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
              {row.renewals.length > 0 && <Dates renewals={row.renewals} name={row.name} />}
            </Table.Td>
            <Table.Td data-label="Renewals in a year">{row.renewals.length}</Table.Td>
            <Table.Td data-label="Restarts in a year">{restartsIn(row)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
      {connections.length > SHOWN && (
        <Table.Caption>and {connections.length - SHOWN} more without trouble</Table.Caption>
      )}
    </Table>
  );
}

/** All of them, to be opened. */
function Dates({ renewals, name }: Pick<PlannedConnection, 'renewals' | 'name'>) {
  return (
    <details className="planned-dates">
      <summary aria-label={`All dates of ${name}`}>All dates</summary>
      <ol>
        {renewals.map((renewal) => (
          <li key={renewal.dueAt}>{datesOf(renewal)}</li>
        ))}
      </ol>
    </details>
  );
}

/** `20 Jan 2027, 4 restarts on 23 Jan 2027` */
function datesOf({ renewAt, restartAt, restarts, outside }: PlannedConnection['renewals'][number]): string {
  if (renewAt === null) return 'no renewal';
  const amount = `${restartAt === null ? 'no' : restarts} ${restarts === 1 ? 'restart' : 'restarts'}`;
  const later = restartAt !== null && dateOf(restartAt) !== dateOf(renewAt) ? ` on ${dateOf(restartAt)}` : '';
  const parts = [dateOf(renewAt), restarts > 0 ? `${amount}${later}` : '', outside ? 'outside of its windows' : ''];
  return parts.filter((part) => part !== '').join(', ');
}

function restartsIn({ renewals }: PlannedConnection): number {
  return renewals.reduce((sum, { restartAt, restarts }) => sum + (restartAt === null ? 0 : restarts), 0);
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
