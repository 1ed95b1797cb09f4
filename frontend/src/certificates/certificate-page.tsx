import { Button } from '@mantine/core';
import { IconBan, IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { download } from '../api/client.ts';
import { useCertificate } from '../api/list-queries.ts';
import type { CertificateDetail } from '../api/types.ts';
import { useLock } from '../session/may.ts';
import { CertificateFacts } from '../ui/certificate-facts.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { Panel } from '../ui/panel.tsx';
import { Practice } from '../ui/practice.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { saveFile } from '../ui/save-file.ts';
import { State } from '../words/state.tsx';
import { DownloadMenu } from './download-menu.tsx';
import { issuerName } from './issuer-name.ts';
import { lookOfCertificate } from './look.ts';
import { REVOCATION_WORDS, RevokeDialog } from './revoke-dialog.tsx';

export function CertificatePage({ sha256 }: { readonly sha256: string }) {
  return <Loaded query={useCertificate(sha256)}>{(certificate) => <Shown certificate={certificate} />}</Loaded>;
}

function Shown({ certificate }: { readonly certificate: CertificateDetail }) {
  const { sha256, dnsNames, subject, practice, renewalId, issuedAt, chain, revoked } = certificate;
  const canKey = certificate.kept && !certificate.connectionRemoved;
  const isRevocable = revoked === null && Date.parse(certificate.notAfter) > Date.now();
  const [revoking, setRevoking] = useState(false);
  const operate = useLock('operator');
  const fetched = useMutation({
    mutationFn: (part: string) => download(`/certificates/${sha256}/pem?part=${part}`),
    onSuccess: saveFile,
  });
  return (
    <Page
      title={dnsNames[0] ?? subject}
      lead={
        <>
          <State look={lookOfCertificate(certificate)} /> {practice && <Practice />} · issued <Moment at={issuedAt} />{' '}
          by <Link href={`/renewals/${renewalId}`}>this renewal</Link> of <Owner certificate={certificate} />
        </>
      }
      actions={
        <>
          {canKey ? (
            <DownloadMenu sha256={sha256} />
          ) : (
            PARTS.filter(({ part }) => part === 'leaf' || chain.length > 1).map(({ part, label, variant }) => (
              <Button
                key={part}
                variant={variant}
                leftSection={<IconDownload size={14} />}
                loading={fetched.isPending && fetched.variables === part}
                onClick={() => fetched.mutate(part)}
              >
                {label}
              </Button>
            ))
          )}
          {isRevocable && (
            <Button
              variant="default"
              leftSection={<IconBan size={14} />}
              {...operate}
              onClick={() => setRevoking(true)}
            >
              Revoke
            </Button>
          )}
        </>
      }
    >
      {fetched.error && <ProblemNote error={fetched.error} />}
      {revoking && <RevokeDialog certificate={certificate} onClose={() => setRevoking(false)} />}
      {revoked && (
        <Panel title="Revoked">
          <Moment at={revoked.at} /> by {revoked.actor}: {REVOCATION_WORDS[revoked.reason].toLowerCase()}
        </Panel>
      )}
      {!certificate.kept && (
        <Panel title="Where it is served">
          <Served certificate={certificate} />
        </Panel>
      )}
      {chain.map((one, place) => (
        <Panel key={one.sha256} title={titleOf(place, one.selfSigned, issuerName(one.subject))}>
          <CertificateFacts certificate={one} />
        </Panel>
      ))}
    </Page>
  );
}

const PARTS = [
  { part: 'fullchain', label: 'Full chain', variant: 'filled' },
  { part: 'leaf', label: 'Certificate', variant: 'default' },
  { part: 'chain', label: 'Chain', variant: 'default' },
] as const;

function titleOf(place: number, selfSigned: boolean, name: string): string {
  if (place === 0) return 'Certificate';
  return `${selfSigned ? 'Root' : 'Intermediate'}: ${name}`;
}

function Owner({
  certificate: { connectionId, connectionName, connectionRemoved },
}: {
  certificate: CertificateDetail;
}) {
  if (connectionRemoved) return <>{connectionName} (removed)</>;
  return <Link href={`/connections/${connectionId}`}>{connectionName}</Link>;
}

function Served({ certificate: { servedAt, seenAt } }: { readonly certificate: CertificateDetail }) {
  if (seenAt === null) return <span className="quiet">Nobody has looked yet.</span>;
  return (
    <>
      {servedAt.length === 0 ? (
        <div>No endpoint was seen to serve it.</div>
      ) : (
        servedAt.map((endpoint) => (
          <div key={endpoint} className="mono">
            {endpoint}
          </div>
        ))
      )}
      <div className="quiet">
        Last looked at <Moment at={seenAt} />.
      </div>
    </>
  );
}
