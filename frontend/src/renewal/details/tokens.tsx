import { Table } from '@mantine/core';
import type { PlacedToken, RenewalView } from '../../api/types.ts';
import { Copy } from '../../ui/copy.tsx';
import { Scroll } from '../../ui/scroll.tsx';
import { fileUrl } from '../published.ts';

interface TokensProps {
  readonly tokens: readonly PlacedToken[];
  readonly cleaned: NonNullable<RenewalView['facts']['cleaned']>;
}

/** Each file, to be copied where a person places it. */
export function Tokens({ tokens, cleaned }: TokensProps) {
  return (
    <Scroll>
      <Table aria-label="HTTP files">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Address and text</Table.Th>
            <Table.Th>State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map(({ token, placed }) => {
            const url = fileUrl(token);
            return (
              <Table.Tr key={url}>
                <Table.Td>
                  <div className="mono">
                    {url} <Copy value={url} what="the address" />
                  </div>
                  <div className="mono">
                    {token.text} <Copy value={token.text} what="the text" />
                  </div>
                </Table.Td>
                <Table.Td>{cleaned.includes(url) ? 'removed' : placed ? 'placed' : 'not confirmed'}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}
