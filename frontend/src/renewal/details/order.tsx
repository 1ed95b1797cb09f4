import { Text } from '@mantine/core';
import type { RenewalView } from '../../api/types.ts';
import { Copy } from '../../ui/copy.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Mono } from '../../ui/mono.tsx';

export function Order({ view }: { readonly view: RenewalView }) {
  const { order, challenges = [] } = view.facts;
  if (!order) return <Text className="quiet">Nothing was ordered yet.</Text>;
  return (
    <dl className="facts">
      <dt>Order</dt>
      <dd>
        <Mono>{order.url}</Mono> <Copy value={order.url} what="the address of the order" />
      </dd>
      {order.expires && (
        <>
          <dt>Open until</dt>
          <dd>
            <Moment at={order.expires} />
          </dd>
        </>
      )}
      <dt>To be proved</dt>
      <dd>
        {challenges.length === 0
          ? 'Nothing: the CA remembers earlier proofs'
          : challenges.map(({ dnsName, url }) => (
              <div key={url} className="mono">
                {dnsName}
              </div>
            ))}
      </dd>
    </dl>
  );
}
