import { Text } from '@mantine/core';
import type { RenewalView } from '../../api/types.ts';
import { Findings } from '../../connections/findings.tsx';
import { Copy } from '../../ui/copy.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Mono } from '../../ui/mono.tsx';

const USAGES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'servers (serverAuth)',
  '1.3.6.1.5.5.7.3.2': 'clients (clientAuth)',
  '1.3.6.1.5.5.7.3.5': 'IPsec end system',
};

/** The certificate signing request: what the appliance asks for. */
export function Request({ view }: { readonly view: RenewalView }) {
  const { csr, csrAskedAt, compatibility = [] } = view.facts;
  if (!csr)
    return csrAskedAt ? (
      <Text>
        The appliance was asked for a new key <Moment at={csrAskedAt} />. A key of a busy appliance can take minutes.
      </Text>
    ) : (
      <Text className="quiet">The appliance makes the key; it never leaves it. Only the request is read.</Text>
    );
  return (
    <>
      <dl className="facts">
        <dt>Names</dt>
        <dd>
          {csr.dnsNames.map((name) => (
            <div key={name} className="mono">
              {name}
            </div>
          ))}
        </dd>
        {csr.otherNames.length > 0 && (
          <>
            <dt>Other names</dt>
            <dd className="mono">{csr.otherNames.join(', ')}</dd>
          </>
        )}
        <dt>Key</dt>
        <dd>{csr.key.kind}</dd>
        <dt>Subject</dt>
        <dd>
          <Mono>{csr.subject}</Mono>
        </dd>
        {csr.extendedKeyUsage.length > 0 && (
          <>
            <dt>Asks to be used for</dt>
            <dd>{csr.extendedKeyUsage.map((oid) => USAGES[oid] ?? oid).join(', ')}</dd>
          </>
        )}
        <dt>Request</dt>
        <dd>
          PEM <Copy value={csr.pem} what="the request as PEM" />
        </dd>
      </dl>
      {compatibility.length > 0 && <Findings findings={compatibility} />}
    </>
  );
}
