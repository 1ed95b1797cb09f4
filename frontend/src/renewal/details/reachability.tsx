import { Table, Text } from '@mantine/core';
import type { TokenSight } from '../../api/types.ts';
import { Copy } from '../../ui/copy.tsx';
import { Scroll } from '../../ui/scroll.tsx';
import { State } from '../../words/state.tsx';
import { ADDRESS_ANSWERS } from '../../words/states.ts';

/** Name by name, address by address: what a CA would be given. */
export function Reachability({ sights }: { readonly sights: readonly TokenSight[] }) {
  return sights.map(({ dnsName, url, aliases, addresses, trouble }) => (
    <div key={url}>
      <div className="mono record-text">
        {url} <Copy value={url} what="the address" />
      </div>
      {aliases.length > 0 && <Text className="quiet">by CNAME to {aliases.at(-1)}</Text>}
      {trouble === null ? <AddressTable name={dnsName} addresses={addresses} /> : <Text>{trouble}</Text>}
    </div>
  ));
}

interface AddressTableProps {
  readonly name: string;
  readonly addresses: TokenSight['addresses'];
}

function AddressTable({ name, addresses }: AddressTableProps) {
  return (
    <Scroll>
      <Table aria-label={`What each address of ${name} answers`} className="cards">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Address</Table.Th>
            <Table.Th>File</Table.Th>
            <Table.Th>Answer</Table.Th>
            <Table.Th>Took</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {addresses.map(({ address, state, detail, redirects, isPrivate, latencyMs }) => (
            <Table.Tr key={address} data-address={address}>
              <Table.Td>
                <div className="mono">{address}</div>
                {isPrivate && <div className="quiet">private</div>}
              </Table.Td>
              <Table.Td>
                <State look={ADDRESS_ANSWERS[state]} />
              </Table.Td>
              <Table.Td>
                {detail}
                {redirects.map((redirect) => (
                  <div key={redirect} className="mono quiet">
                    by way of {redirect}
                  </div>
                ))}
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
