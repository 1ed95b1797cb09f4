import { Table, Text } from '@mantine/core';
import type { PublishedRecord, RenewalView } from '../../api/types.ts';
import { Copy } from '../../ui/copy.tsx';
import { Scroll } from '../../ui/scroll.tsx';
import { Tokens } from './tokens.tsx';

/** Each TXT record or file, to be copied where a person publishes it. */
export function Records({ view }: { readonly view: RenewalView }) {
  const { records = [], tokens = [], cleaned = [] } = view.facts;
  if (tokens.length > 0) return <Tokens tokens={tokens} cleaned={cleaned} />;
  if (records.length === 0) return <Text className="quiet">There is nothing to publish or to remove.</Text>;
  return (
    <Scroll>
      <Table aria-label="TXT records">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name and TXT value</Table.Th>
            <Table.Th>State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {records.map((published) => (
            <Row key={published.record.value} published={published} cleaned={cleaned} />
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}

function Row({ published, cleaned }: { readonly published: PublishedRecord; readonly cleaned: readonly string[] }) {
  const { record, location, receipt } = published;
  const gone = cleaned.includes(`${record.fqdn} ${record.value}`);
  return (
    <Table.Tr>
      <Table.Td>
        <div className="mono">
          {record.fqdn} <Copy value={record.fqdn} what="the name" />
        </div>
        <div className="mono">
          {record.value} <Copy value={record.value} what="the TXT value" />
        </div>
        <div className="quiet">
          zone {record.zone}, TTL {record.ttlSeconds} s
          {location.aliases.length > 0 && `, by CNAME from ${location.aliases[0]}`}
        </div>
      </Table.Td>
      <Table.Td>{gone ? 'removed' : receipt === null ? 'not confirmed' : 'published'}</Table.Td>
    </Table.Tr>
  );
}
