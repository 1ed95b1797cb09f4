import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { NewTokenView, TokenView } from '../api/access-types.ts';
import { get } from '../api/client.ts';
import { useConnectionNames } from '../api/list-queries.ts';
import { useMay } from '../session/may.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Copy } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Moment } from '../ui/moment.tsx';
import { Mono } from '../ui/mono.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { State } from '../words/state.tsx';
import { NewTokenForm } from './new-token-form.tsx';
import { TOKENS, useReplaceToken, useRevokeToken } from './use-tokens.ts';
import './tokens.css';

/** Loaded when it is opened: React's lazy() takes the default export. */
// biome-ignore lint/style/noDefaultExport: see above
export default function TokensSection() {
  const may = useMay('admin');
  if (!may) return <Empty title="Only administrators see API tokens">Ask one of them for a token.</Empty>;
  return <TokenPanel />;
}

function TokenPanel() {
  const query = useQuery({ queryKey: TOKENS, queryFn: ({ signal }) => get<readonly TokenView[]>('/tokens', signal) });
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<NewTokenView | null>(null);
  return (
    <Panel
      title="Tokens for scripts"
      aside={
        <Button leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
          New token
        </Button>
      }
      flush
    >
      <Loaded query={query}>
        {(tokens) =>
          tokens.length === 0 ? (
            <Empty title="No API token yet">
              A script sends one as <code className="mono">Authorization: Bearer cfy_…</code>.
            </Empty>
          ) : (
            <TokenTable tokens={tokens} onMade={setMade} />
          )
        }
      </Loaded>
      <Modal opened={adding} onClose={() => setAdding(false)} title="New API token" centered>
        {adding && (
          <NewTokenForm
            onMade={(token) => {
              setAdding(false);
              setMade(token);
            }}
          />
        )}
      </Modal>
      <Modal opened={made !== null} onClose={() => setMade(null)} title={`API token "${made?.name}"`} centered>
        {made && <ShownOnce made={made} onClose={() => setMade(null)} />}
      </Modal>
    </Panel>
  );
}

function ShownOnce({ made, onClose }: { readonly made: NewTokenView; readonly onClose: () => void }) {
  return (
    <Stack gap="sm">
      <Text>Keep it now: it is shown only this once.</Text>
      <Group gap={4} wrap="nowrap">
        <Mono>{made.token}</Mono>
        <Copy value={made.token} what="the token" />
      </Group>
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

interface TokenTableProps {
  readonly tokens: readonly TokenView[];
  readonly onMade: (token: NewTokenView) => void;
}

function TokenTable({ tokens, onMade }: TokenTableProps) {
  const revoke = useRevokeToken();
  const replace = useReplaceToken(onMade);
  const error = revoke.error ?? replace.error;
  return (
    <>
      {error && <ProblemNote error={error} />}
      <Table aria-label="API tokens" className="cards">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Token</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Sees</Table.Th>
            <Table.Th>Good until</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <TokenRow
              key={token.id}
              token={token}
              onReplace={() => replace.mutate(token)}
              onRevoke={() => revoke.mutate(token)}
            />
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

interface TokenRowProps {
  readonly token: TokenView;
  readonly onReplace: () => void;
  readonly onRevoke: () => void;
}

function TokenRow({ token, onReplace, onRevoke }: TokenRowProps) {
  const { name, hint, role, connectionIds, createdBy, expiresAt, lastUsedAt, revokedAt, successorId } = token;
  const names = useConnectionNames(connectionIds ?? []);
  const seen = connectionIds?.map((id) => names.get(id) ?? 'one that is gone');
  const over = revokedAt !== null || Date.parse(expiresAt) <= Date.now();
  return (
    <Table.Tr>
      <Table.Td>
        {name}
        <div className="quiet">
          <span className="mono token-hint">{hint}…</span> by {createdBy}
        </div>
      </Table.Td>
      <Table.Td data-label="Role">{role}</Table.Td>
      <Table.Td data-label="Sees">
        {seen === undefined ? 'all connections' : seen.join(', ') || 'what it will register'}
      </Table.Td>
      <Table.Td data-label="Good until">
        {revokedAt !== null ? <State look={{ word: 'Revoked', tone: 'off' }} /> : <Moment at={expiresAt} />}
        {successorId !== null && <div className="quiet">has a successor</div>}
      </Table.Td>
      <Table.Td data-label="Last used">
        {lastUsedAt ? <Moment at={lastUsedAt} /> : <span className="quiet">never</span>}
      </Table.Td>
      <Table.Td>
        {!over && (
          <div className="row-actions">
            {successorId === null && (
              <Button size="compact-xs" variant="default" aria-label={`Replace ${name}`} onClick={onReplace}>
                Replace
              </Button>
            )}
            <ConfirmButton
              size="compact-xs"
              label="Revoke"
              aria-label={`Revoke ${name}`}
              title={`Revoke "${name}" (${hint}…)`}
              consequence="Every script that sends this token is refused from now on. It cannot be made good again. To change scripts one by one, replace it."
              yes="Revoke it"
              onConfirm={onRevoke}
            />
          </div>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
