import { useServed } from '../api/queries.ts';
import type { ConnectionView, PartView } from '../api/types.ts';
import { hostOf } from '../connections/describe.ts';
import { Moment } from '../ui/moment.tsx';
import { Fingerprint } from '../ui/mono.tsx';
import { Practice } from '../ui/practice.tsx';
import { Budget } from './budget.tsx';
import { Interruptions } from './interruptions.tsx';
import { RestartWindow } from './restart-window.tsx';

/** The certificate, who signs it, who proves it, what is interrupted for how long, and what to mind. */
export function WhatWillHappen({ connection }: { readonly connection: ConnectionView }) {
  const served = useServed(connection.id).data;
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
        <SignedBy issuer={connection.issuer} />
      </dd>
      <Budget connectionId={connection.id} />
      <dt>Proved by</dt>
      <dd>
        TXT records, {connection.dns.account?.name ?? connection.dns.title}
        {connection.dns.account && <span className="quiet"> ({connection.dns.title})</span>}
      </dd>
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
