import type { CertificateView } from '../api/types.ts';
import { Day } from './moment.tsx';
import { Fingerprint } from './mono.tsx';

/** Who signed the certificate, from its issuer upwards. */
export function ChainList({ chain }: { readonly chain: readonly CertificateView[] }) {
  return (
    <ol className="chain">
      {chain.map(({ sha256, subject, notAfter, selfSigned }) => (
        <li key={sha256}>
          <div className="mono">{subject}</div>
          <div className="quiet">
            {selfSigned ? 'root' : 'intermediate'}, <Fingerprint sha256={sha256} />, until <Day at={notAfter} />
          </div>
        </li>
      ))}
    </ol>
  );
}
