import { usePlugins, useServed } from '../api/queries.ts';
import type { ConnectionView } from '../api/types.ts';
import { hostOf, isStaging } from '../connections/describe.ts';
import { Moment } from '../ui/moment.tsx';
import { Fingerprint } from '../ui/mono.tsx';
import { Interruptions } from './interruptions.tsx';
import { RestartWindow } from './restart-window.tsx';

/** The certificate, who signs it, who proves it, what is interrupted for how long, and what to mind. */
export function WhatWillHappen({ connection }: { readonly connection: ConnectionView }) {
  const plugins = usePlugins().data;
  const served = useServed(connection.id).data;
  const dns = plugins?.dns.find(({ id }) => id === connection.dns.plugin)?.title ?? connection.dns.plugin;
  return (
    <dl className="facts">
      <dt>Certificate</dt>
      <dd>
        <span className="mono">{connection.dnsNames.join(', ')}</span>
      </dd>
      <dt>Appliance</dt>
      <dd className="mono">{hostOf(connection)}</dd>
      <dt>Served now</dt>
      <dd>
        {served ? (
          served.endpoints.map(({ endpoint, certificate, detail }) => (
            <div key={`${endpoint.serverName}:${endpoint.port}`}>
              <span className="mono">
                {endpoint.serverName}:{endpoint.port}
              </span>{' '}
              {certificate ? (
                <>
                  <Fingerprint sha256={certificate.sha256} />, ends <Moment at={certificate.notAfter} />
                </>
              ) : (
                detail
              )}
            </div>
          ))
        ) : (
          <span className="quiet">looking …</span>
        )}
      </dd>
      <dt>Signed by</dt>
      <dd>
        <span className="mono">{String(connection.issuer.settings.directory ?? connection.issuer.plugin)}</span>
        {isStaging(connection) && <strong> (staging: nobody trusts its certificates)</strong>}
      </dd>
      <dt>Proved by</dt>
      <dd>TXT records, {dns}</dd>
      <RestartWindow connectionId={connection.id} />
      <dt>A restart interrupts</dt>
      <dd>
        <Interruptions connectionId={connection.id} />
      </dd>
      <dt>Until then</dt>
      <dd>It can be cancelled, and nothing changes for clients, until the certificate is handed to the appliance.</dd>
    </dl>
  );
}
