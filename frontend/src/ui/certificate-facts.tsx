import type { CertificateView } from '../api/types.ts';
import { Copy } from './copy.tsx';
import { colons } from './fingerprint.ts';
import { Moment } from './moment.tsx';
import { exact } from './time.ts';

export function CertificateFacts({ certificate }: { readonly certificate: CertificateView }) {
  const { subject, issuer, dnsNames, notBefore, notAfter, key, serial, sha256, selfSigned } = certificate;
  return (
    <dl className="facts">
      <dt>Subject</dt>
      <dd className="mono">{subject}</dd>
      <dt>Issued by</dt>
      <dd className="mono">{selfSigned ? 'itself (self-signed)' : issuer}</dd>
      <dt>Valid</dt>
      <dd title={`${exact(notBefore)} – ${exact(notAfter)}`}>
        {notBefore.slice(0, 10)} to {notAfter.slice(0, 10)}, ends <Moment at={notAfter} />
      </dd>
      {dnsNames.length > 0 && (
        <>
          <dt>Names</dt>
          <dd className="mono">{dnsNames.join(', ')}</dd>
        </>
      )}
      <dt>Key</dt>
      <dd>{key.kind}</dd>
      <dt>Serial</dt>
      <dd className="mono">
        {colons(serial)} <Copy value={serial} what="the serial number" />
      </dd>
      <dt>SHA-256</dt>
      <dd className="mono">
        {colons(sha256)} <Copy value={colons(sha256)} what="the fingerprint" />
      </dd>
    </dl>
  );
}
