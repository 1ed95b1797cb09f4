import { Text } from '@mantine/core';
import type { RenewalView } from '../../api/types.ts';
import { lastServed } from '../served.ts';
import { EndpointTable } from './endpoint-table.tsx';

export function Endpoints({ view }: { readonly view: RenewalView }) {
  const seen = lastServed(view);
  if (seen.length === 0) return <Text className="quiet">No endpoint was looked at yet.</Text>;
  return <EndpointTable view={view} seen={seen} caption="The last handshake with each endpoint" />;
}
