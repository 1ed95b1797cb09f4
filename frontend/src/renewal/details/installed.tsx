import { Text } from '@mantine/core';
import type { RenewalView } from '../../api/types.ts';
import { colons } from '../../ui/fingerprint.ts';
import { Mono } from '../../ui/mono.tsx';

export function Installed({ view: { facts, chain } }: { readonly view: RenewalView }) {
  const { trustAdded, install } = facts;
  if (!trustAdded && !install)
    return (
      <Text className="quiet">
        The appliance is made to trust the CA first; then it gets the certificate. That is the point of no return.
      </Text>
    );
  const subjectOf = new Map(chain.map(({ sha256, subject }) => [sha256, subject]));
  return (
    <dl className="facts">
      <dt>Trust added</dt>
      <dd>
        {trustAdded?.length
          ? trustAdded.map((sha256) => (
              <div key={sha256}>
                <Mono>{subjectOf.get(sha256) ?? 'CA certificate'}</Mono>
                <div className="mono quiet">{colons(sha256)}</div>
              </div>
            ))
          : 'nothing: every CA of the chain was trusted already'}
      </dd>
      {install && (
        <>
          <dt>Read back</dt>
          <dd>
            {install.changed ? 'The appliance holds the new certificate' : 'The appliance held it already'}
            <div className="mono quiet">{colons(install.sha256)}</div>
          </dd>
        </>
      )}
    </dl>
  );
}
