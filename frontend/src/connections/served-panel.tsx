import { Button, Group, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useServed } from '../api/queries.ts';
import type { ConnectionView, ServedEndpointView, ServedView } from '../api/types.ts';
import { CertificateFacts } from '../ui/certificate-facts.tsx';
import { ChainList } from '../ui/chain-list.tsx';
import { grouped } from '../ui/grouped.ts';
import { Loaded } from '../ui/loading.tsx';
import { many } from '../ui/many.ts';
import { Moment } from '../ui/moment.tsx';
import { Fingerprint } from '../ui/mono.tsx';
import { Panel } from '../ui/panel.tsx';
import { State } from '../words/state.tsx';
import { lookOfServed } from './served-look.ts';

/** Every endpoint is dialled when this is opened. */
export function ServedPanel({ connection: { id } }: { readonly connection: ConnectionView }) {
  const query = useServed(id);
  return (
    <Panel
      title="Served now"
      aside={
        <Group gap="xs">
          {query.data && <LookedAt endpoints={query.data.endpoints} />}
          <Button
            variant="subtle"
            leftSection={<IconRefresh size={14} />}
            loading={query.isFetching}
            onClick={() => void query.refetch()}
          >
            Look again
          </Button>
        </Group>
      }
    >
      <Loaded query={query}>{(view) => <Groups view={view} />}</Loaded>
    </Panel>
  );
}

function LookedAt({ endpoints }: Pick<ServedView, 'endpoints'>) {
  const [first] = endpoints.map(({ at }) => at).toSorted();
  return (
    first !== undefined && (
      <span className="quiet">
        looked at <Moment at={first} />
      </span>
    )
  );
}

/** Endpoints that serve the same certificate stand together. */
function Groups({ view: { endpoints, wanted } }: { readonly view: ServedView }) {
  const groups = grouped(endpoints, ({ certificate, detail }) => certificate?.sha256 ?? detail);
  const isMissing = wanted !== null && !groups.has(wanted);
  return (
    <Stack gap="md">
      {[...groups].map(([key, group]) => (
        <Served key={key} endpoints={group} wanted={wanted} />
      ))}
      {isMissing && (
        <Text className="quiet">
          Wanted is <Fingerprint sha256={wanted} />, which was put there last, and no endpoint serves it.
        </Text>
      )}
    </Stack>
  );
}

interface ServedProps {
  readonly endpoints: readonly ServedEndpointView[];
  readonly wanted: string | null;
}

function Served({ endpoints, wanted }: ServedProps) {
  const [first] = endpoints;
  if (!first) return null;
  const { certificate, chain, detail } = first;
  return (
    <Stack gap={6}>
      <div>
        <State look={lookOfServed(first, wanted)} />{' '}
        <span className="mono">
          {endpoints.map(({ endpoint }) => `${endpoint.serverName}:${endpoint.port}`).join(' · ')}
        </span>
      </div>
      {certificate ? <CertificateFacts certificate={certificate} /> : <Text>{detail}</Text>}
      {certificate && <Chain chain={chain} />}
    </Stack>
  );
}

function Chain({ chain }: Pick<ServedEndpointView, 'chain'>) {
  if (chain.length === 0) return <Text className="quiet">No chain is sent with it.</Text>;
  return (
    <details>
      <summary>Sent with it: {many(chain.length, 'CA certificate')}</summary>
      <ChainList chain={chain} />
    </details>
  );
}
