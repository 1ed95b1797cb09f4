import type { CertificateView } from '../api/types.ts';
import { Copy } from './copy.tsx';
import { colons } from './fingerprint.ts';
import { Day, Moment } from './moment.tsx';
import { Practice } from './practice.tsx';

export function CertificateFacts({ certificate }: { readonly certificate: CertificateView }) {
  const { subject, issuer, dnsNames, notBefore, notAfter, key, serial, sha256, selfSigned, practice } = certificate;
  return (
    <dl className="facts">
      <dt>Subject</dt>
      <dd className="mono">{subject}</dd>
      <dt>Issued by</dt>
      <dd>
        <span className="mono">{selfSigned ? 'itself (self-signed)' : issuer}</span> {practice && <Practice long />}
      </dd>
      <dt>Valid</dt>
      <dd>
        <Day at={notBefore} /> to <Day at={notAfter} />, ends <Moment at={notAfter} />
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
