import { Text, Title } from '@mantine/core';
import type { RenewalView } from '../../api/types.ts';
import { CertificateFacts } from '../../ui/certificate-facts.tsx';
import { Fingerprint } from '../../ui/mono.tsx';
import { exact } from '../../ui/time.ts';

/** The leaf in full, and above it who signed it. */
export function Chain({ view: { chain } }: { readonly view: RenewalView }) {
  const [leaf, ...above] = chain;
  if (!leaf) return <Text className="quiet">The CA has not signed yet.</Text>;
  return (
    <>
      <CertificateFacts certificate={leaf} />
      <Title order={4} fz="sm">
        Chain above it
      </Title>
      <ol className="chain">
        {above.map(({ sha256, subject, notAfter, selfSigned }) => (
          <li key={sha256}>
            <div className="mono">{subject}</div>
            <div className="quiet">
              {selfSigned ? 'root' : 'intermediate'}, <Fingerprint sha256={sha256} />, until{' '}
              <span title={exact(notAfter)}>{notAfter.slice(0, 10)}</span>
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}
