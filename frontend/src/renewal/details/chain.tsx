import { Text, Title } from '@mantine/core';
import type { RenewalView } from '../../api/types.ts';
import { CertificateFacts } from '../../ui/certificate-facts.tsx';
import { ChainList } from '../../ui/chain-list.tsx';

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
      <ChainList chain={above} />
    </>
  );
}
