import { Button, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { get } from '../api/client.ts';
import type { ConnectionView, TrustStoreEntry } from '../api/types.ts';
import { Loaded } from '../ui/loading.tsx';
import { Moment } from '../ui/moment.tsx';
import { Fingerprint } from '../ui/mono.tsx';
import { Panel } from '../ui/panel.tsx';
import { State } from '../words/state.tsx';
import { firstToExpire, nodesOf, type StoreOfNode, shortName, soon, twinsOf } from './trust-stores.ts';
import './trust-panel.css';

/** Every node is asked, which takes seconds, so nobody is until somebody wants to know. */
export function TrustPanel({ connection: { id } }: { readonly connection: ConnectionView }) {
  const [wanted, setWanted] = useState(false);
  const query = useQuery({
    queryKey: ['trust', id],
    queryFn: ({ signal }) => get<readonly TrustStoreEntry[]>(`/connections/${id}/trust`, signal),
    enabled: wanted,
  });
  return (
    <Panel
      title="Trust stores"
      aside={
        <Button
          variant="subtle"
          leftSection={<IconRefresh size={14} />}
          loading={query.isFetching}
          onClick={() => (wanted ? void query.refetch() : setWanted(true))}
        >
          {wanted ? 'Look again' : 'Look at the trust stores'}
        </Button>
      }
    >
      {wanted ? (
        <Loaded query={query}>{(entries) => <Nodes entries={entries} />}</Loaded>
      ) : (
        <Text className="quiet">
          The CA certificates that each node trusts for this slot. A renewal adds the ones that the new chain needs.
        </Text>
      )}
    </Panel>
  );
}

function Nodes({ entries }: { readonly entries: readonly TrustStoreEntry[] }) {
  const nodes = nodesOf(entries);
  if (nodes.length === 0) return <Text>No node shows a certificate in the trust store of this slot.</Text>;
  const twins = twinsOf(entries);
  return (
    <Stack gap="xs">
      {nodes.map(({ node, stores }) => (
        <details key={node} className="trust-node" open={nodes.length === 1}>
          <summary>
            <span className="mono">{node}</span> <Summary stores={stores} />
          </summary>
          {stores.map((store) => (
            <Store key={store.store} store={store} twins={twins} />
          ))}
        </details>
      ))}
      {twins.size > 0 && <TwinNote />}
    </Stack>
  );
}

function Summary({ stores }: { readonly stores: readonly StoreOfNode[] }) {
  const entries = stores.flatMap((store) => store.entries);
  const first = firstToExpire(entries);
  return (
    <span className="quiet">
      {entries.length} {entries.length === 1 ? 'certificate' : 'certificates'}
      {first && (
        <>
          , the first ends <Moment at={first.notAfter} />
        </>
      )}
    </span>
  );
}

interface StoreProps {
  readonly store: StoreOfNode;
  readonly twins: ReadonlyMap<string, readonly TrustStoreEntry[]>;
}

function Store({ store: { store, entries }, twins }: StoreProps) {
  return (
    <section aria-label={store}>
      <h3 className="mono">{store}</h3>
      <ul className="trust-entries">
        {entries.map((entry) => (
          <li key={entry.sha256}>
            <div>
              <strong title={entry.subject}>{shortName(entry.subject)}</strong>{' '}
              <span className="quiet">
                {entry.selfSigned ? 'self-signed' : `signed by ${shortName(entry.issuer)}`},{' '}
                <Fingerprint sha256={entry.sha256} />
              </span>
              {twins.has(entry.subject) && <Twin entry={entry} all={twins.get(entry.subject) ?? []} />}
            </div>
            <Ends at={entry.notAfter} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ends({ at }: { readonly at: string }) {
  const state = soon(at);
  return (
    <span className="trust-ends">
      {state && <State look={state} />} <Moment at={at} />
    </span>
  );
}

/** Where the other certificate of this name is, and how it differs. */
function Twin({ entry, all }: { readonly entry: TrustStoreEntry; readonly all: readonly TrustStoreEntry[] }) {
  const others = all.filter(({ sha256 }) => sha256 !== entry.sha256);
  const places = [...new Set(others.map(({ node, store }) => `${node} (${store})`))].join(', ');
  const kind = others.every(({ selfSigned }) => selfSigned) ? 'self-signed' : 'another one';
  return (
    <div className="quiet">
      <State look={{ word: 'Twin', tone: 'pending' }} /> the same name is {kind} on {places}
    </div>
  );
}

function TwinNote() {
  return (
    <Text className="quiet">
      Twins are certificates of one CA under one name, such as a root and its cross-signed copy. Either is good for the
      chain, but a store keeps one for each name and replaces it only by one that begins later: remove the one that is
      there before you add the other.
    </Text>
  );
}
