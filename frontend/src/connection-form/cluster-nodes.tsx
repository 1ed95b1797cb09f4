import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ApiError } from '../api/api-error.ts';
import { post } from '../api/client.ts';
import type { DiscoveredNode, LookView } from '../api/types.ts';
import { colons } from '../ui/fingerprint.ts';
import { ProblemNote } from '../ui/problem.tsx';
import { nodeRequest, type SeenNode, withNodes } from './cluster.ts';
import type { PartDraft } from './draft.ts';

type Settings = PartDraft['settings'];

interface ClusterNodesProps {
  /** All but the publisher, which is the one that was asked. */
  readonly others: readonly DiscoveredNode[];
  readonly settings: Settings;
  readonly onUse: (settings: Settings) => void;
}

const ROLES: Readonly<Record<DiscoveredNode['role'], string>> = {
  publisher: 'Publisher',
  subscriber: 'Subscriber',
  imp: 'IM and Presence',
  unity: 'Unity Connection',
};

/** The other nodes of a cluster: what each shows to anybody, and one button that takes them all. */
export function ClusterNodes({ others, settings, onUse }: ClusterNodesProps) {
  const look = useMutation({ mutationFn: () => Promise.all(others.map((node) => lookAt(node, settings))) });
  return (
    <Stack gap="sm">
      <Text>
        It is the publisher of a cluster with {others.length === 1 ? 'one other node' : `${others.length} other nodes`}.
        One certificate can serve all of them.
      </Text>
      <Group>
        <Button variant="light" loading={look.isPending} onClick={() => look.mutate()}>
          Connect to the other nodes
        </Button>
      </Group>
      {look.error && <ProblemNote error={look.error} />}
      {look.data && (
        <>
          <SeenNodes seen={look.data} />
          <Text className="quiet">
            Compare each with the node itself, over a way that you trust. Then one certificate is made for all of them.
          </Text>
          <Group>
            <Button onClick={() => onUse(withNodes(settings, look.data))}>They are right: trust them all</Button>
          </Group>
        </>
      )}
    </Stack>
  );
}

function SeenNodes({ seen }: { readonly seen: readonly SeenNode[] }) {
  return (
    <Table aria-label="What the other nodes show" className="cards">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Node</Table.Th>
          <Table.Th>Certificate (SHA-256)</Table.Th>
          <Table.Th>SSH host key</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {seen.map(({ node, view }) => (
          <Table.Tr key={node.host}>
            <Table.Td>
              {node.host}
              <div className="quiet">
                {ROLES[node.role]}
                {!node.joined && ', not joined now'}
              </div>
            </Table.Td>
            <Table.Td data-label="Certificate">
              <Fingerprint
                value={view?.tls.certificate && colons(view.tls.certificate.sha256)}
                detail={view?.tls.detail}
              />
            </Table.Td>
            <Table.Td data-label="SSH host key">
              <Fingerprint value={view?.ssh.fingerprint} detail={view?.ssh.detail} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface FingerprintProps {
  readonly value: string | null | undefined;
  /** Why there is none. */
  readonly detail: string | null | undefined;
}

function Fingerprint({ value, detail }: FingerprintProps) {
  return value ? <span className="mono fingerprint">{value}</span> : (detail ?? 'cannot be reached');
}

/** One that the daemon cannot look at keeps the others from nothing. */
async function lookAt(node: DiscoveredNode, settings: Settings): Promise<SeenNode> {
  try {
    return { node, view: await post<LookView>('/appliances/look', nodeRequest(node, settings)) };
  } catch (err) {
    if (!(err instanceof ApiError)) throw err;
    return { node, view: null };
  }
}
