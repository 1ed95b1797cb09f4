import { usePlugins, useServed } from '../api/queries.ts';
import type { ConnectionView, PartView } from '../api/types.ts';
import { hostOf } from '../connections/describe.ts';
import { Moment } from '../ui/moment.tsx';
import { Fingerprint } from '../ui/mono.tsx';
import { Practice } from '../ui/practice.tsx';
import { Budget } from './budget.tsx';
import { Interruptions } from './interruptions.tsx';
import { RestartWindow } from './restart-window.tsx';
import { UndoWords } from './undo-words.tsx';

/** The certificate, who signs it, who proves it, what is interrupted for how long, and what to mind. */
export function WhatWillHappen({ connection }: { readonly connection: ConnectionView }) {
  const served = useServed(connection.id).data;
  return (
    <dl className="facts">
      <dt>Certificate</dt>
      <dd>
        <span className="mono">{connection.dnsNames.join(', ')}</span>
      </dd>
      {!connection.kept && (
        <>
          <dt>Appliance</dt>
          <dd className="mono">{hostOf(connection)}</dd>
        </>
      )}
      <dt>{connection.kept ? 'Served' : 'Served now'}</dt>
      <dd>
        {connection.kept ? (
          'Nowhere that certferry knows: it is kept, to be downloaded.'
        ) : served ? (
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
        <SignedBy issuer={connection.issuer} />
      </dd>
      <Budget connectionId={connection.id} />
      <dt>Proved by</dt>
      <dd>
        <ProvedBy connection={connection} />
      </dd>
      <RestartWindow connectionId={connection.id} />
      <dt>A restart interrupts</dt>
      <dd>
        <Interruptions connectionId={connection.id} />
      </dd>
      <dt>Until then</dt>
      <dd>It can be cancelled, and nothing changes for clients, until the certificate is handed to the appliance.</dd>
      {!connection.kept && (
        <>
          <dt>If it is not seen served</dt>
          <dd>
            <UndoWords connection={connection} />
          </dd>
        </>
      )}
    </dl>
  );
}

function ProvedBy({ connection: { challenge, dns, http } }: { readonly connection: ConnectionView }) {
  const plugins = usePlugins().data;
  if (challenge === 'http-01') {
    const solver = plugins?.http.find(({ id }) => id === http.plugin);
    return <>HTTP files, {solver?.title ?? http.plugin}</>;
  }
  return (
    <>
      TXT records, {dns.account?.name ?? dns.title}
      {dns.account && <span className="quiet"> ({dns.title})</span>}
    </>
  );
}

/** Which CA and profile, and whether anybody trusts what it signs. */
function SignedBy({ issuer: { account, title, practice, settings } }: { readonly issuer: PartView }) {
  return (
    <>
      {account?.name ?? title}
      {account && account.name !== title && <span className="quiet"> ({title})</span>},{' '}
      {settings.profile === undefined ? 'the profile that it chooses' : `profile ${String(settings.profile)}`}{' '}
      {practice && <Practice long />}
      {typeof settings.directory === 'string' && <div className="mono quiet">{settings.directory}</div>}
    </>
  );
}
