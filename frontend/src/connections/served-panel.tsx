import { Button, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useServed } from '../api/queries.ts';
import type { ConnectionView, ServedEndpointView, ServedView } from '../api/types.ts';
import { CertificateFacts } from '../ui/certificate-facts.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Panel } from '../ui/panel.tsx';
import { State } from '../words/state.tsx';

/** Every endpoint is dialled when this is opened. */
export function ServedPanel({ connection: { id } }: { readonly connection: ConnectionView }) {
  const query = useServed(id);
  return (
    <Panel
      title="Served now"
      aside={
        <Button
          variant="subtle"
          leftSection={<IconRefresh size={14} />}
          loading={query.isFetching}
          onClick={() => void query.refetch()}
        >
          Look again
        </Button>
      }
    >
      <Loaded query={query}>{(view) => <Groups view={view} />}</Loaded>
    </Panel>
  );
}

/** Endpoints that serve the same certificate stand together. */
function Groups({ view: { endpoints } }: { readonly view: ServedView }) {
  const groups = Map.groupBy(endpoints, ({ certificate, detail }) => certificate?.sha256 ?? detail);
  return (
    <Stack gap="md">
      {[...groups].map(([key, group]) => (
        <Group key={key} endpoints={group} />
      ))}
      {groups.size > 1 && (
        <Text>
          <State look={{ word: 'Not everywhere the same', tone: 'person' }} />
        </Text>
      )}
    </Stack>
  );
}

function Group({ endpoints }: { readonly endpoints: readonly ServedEndpointView[] }) {
  const [first] = endpoints;
  if (!first) return null;
  return (
    <Stack gap={6}>
      <div className="mono">
        {endpoints.map(({ endpoint }) => `${endpoint.serverName}:${endpoint.port}`).join(' · ')}
      </div>
      {first.certificate ? (
        <CertificateFacts certificate={first.certificate} />
      ) : (
        <Text>
          <State look={{ word: 'No answer', tone: 'person' }} /> {first.detail}
        </Text>
      )}
    </Stack>
  );
}
