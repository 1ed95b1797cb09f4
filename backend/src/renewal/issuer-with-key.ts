import type { Issuer } from '../issuers/issuer.ts';
import type { PluginRef, Store } from '../store/store.ts';
import type { Peers } from './peers.ts';

interface Deps {
  readonly store: Store;
  readonly peers: Pick<Peers, 'issuerOf' | 'secondIssuerOf' | 'issuer'>;
}

/** The account that ordered something: one of the connection's own, or one of the shared ones, if its settings are still here. */
export async function issuerWithKey(
  issuerKey: string,
  connectionId: number,
  { store, peers }: Deps,
): Promise<Issuer | null> {
  const connection = await store.connections.get(connectionId);
  if (connection && connection.incomplete.length === 0) {
    for (const own of [await peers.issuerOf(connection), await peers.secondIssuerOf(connection)])
      if (own?.key === issuerKey) return own;
  }
  for (const { ref } of await issuerAccounts(store)) {
    const shared = await peers.issuer(ref);
    if (shared.key === issuerKey) return shared;
  }
  return null;
}

async function issuerAccounts({ accounts }: Store): Promise<readonly { readonly ref: PluginRef }[]> {
  return (await accounts.all()).filter(({ family }) => family === 'issuer');
}
