import { Text } from '@mantine/core';
import type { RenewalView } from '../../api/types.ts';
import { colons } from '../../ui/fingerprint.ts';
import { Moment } from '../../ui/moment.tsx';
import { Mono } from '../../ui/mono.tsx';
import { EndpointTable } from './endpoint-table.tsx';

export function Inspected({ view }: { readonly view: RenewalView }) {
  const { installed, before, due } = view.facts;
  return (
    <>
      {due && <Text>{due.message}.</Text>}
      {installed === null && <Text>The appliance holds no certificate here.</Text>}
      {installed === 'unreadable' && <Text>What the appliance holds cannot be read as a certificate.</Text>}
      {installed && installed !== 'unreadable' && (
        <dl className="facts">
          <dt>Installed</dt>
          <dd>
            <Mono>{installed.subject}</Mono>
          </dd>
          <dt>Issued by</dt>
          <dd>{installed.selfSigned ? 'itself (self-signed)' : <Mono>{installed.issuer}</Mono>}</dd>
          <dt>Ends</dt>
          <dd>
            <Moment at={installed.notAfter} />
          </dd>
          <dt>Names</dt>
          <dd>
            <Mono>{installed.dnsNames.join(', ') || '–'}</Mono>
          </dd>
          <dt>SHA-256</dt>
          <dd>
            <Mono>{colons(installed.sha256)}</Mono>
          </dd>
        </dl>
      )}
      {before && <EndpointTable view={view} seen={before} caption="Served before" />}
    </>
  );
}
