import { Table, Text } from '@mantine/core';
import type { ImportedView, ImportView } from '../api/transfer-types.ts';
import { State } from '../words/state.tsx';
import type { Look } from '../words/states.ts';

const LOOKS: Readonly<Record<ImportedView['action'], { readonly will: Look; readonly did: Look }>> = {
  added: { will: { word: 'Will be added', tone: 'plain' }, did: { word: 'Added', tone: 'plain' } },
  changed: { will: { word: 'Will be changed', tone: 'plain' }, did: { word: 'Changed', tone: 'plain' } },
  same: { will: { word: 'Is the same', tone: 'off' }, did: { word: 'Skipped: is the same', tone: 'off' } },
  refused: { will: { word: 'Will be refused', tone: 'person' }, did: { word: 'Refused', tone: 'person' } },
};

const KINDS = {
  calendar: 'Calendar',
  credential: 'Credential',
  account: 'Account',
  connection: 'Connection',
} as const;

/** What an import did, or would do, one by one. */
export function ImportedItems({ view: { dryRun, items } }: { readonly view: ImportView }) {
  return (
    <>
      <Text role="status">{summaryOf(items, dryRun)}</Text>
      <Table aria-label="What the file holds" className="cards">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>What</Table.Th>
            <Table.Th>Name</Table.Th>
            <Table.Th>{dryRun ? 'Would be done' : 'Done'}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ kind, name, action, detail }) => (
            <Table.Tr key={`${kind} ${name}`}>
              <Table.Td>{KINDS[kind]}</Table.Td>
              <Table.Td data-label="Name">{name}</Table.Td>
              <Table.Td data-label={dryRun ? 'Would be done' : 'Done'}>
                <State look={LOOKS[action][dryRun ? 'will' : 'did']} />
                {detail && <div className="quiet">{detail}</div>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

function summaryOf(items: readonly ImportedView[], dryRun: boolean): string {
  const count = (action: ImportedView['action']) => items.filter((item) => item.action === action).length;
  const counts = `${count('added')} added, ${count('changed')} changed, ${count('same')} skipped because they are the same, ${count('refused')} refused`;
  return dryRun ? `It would be: ${counts}. Nothing is changed yet.` : `Done: ${counts}.`;
}
