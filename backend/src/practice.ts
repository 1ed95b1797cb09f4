import { addAccount } from './accounts.ts';
import { addConnection, type ConnectionInput, type PluginInput } from './connections.ts';
import type { AccountFamily } from './store/accounts.ts';
import type { Connection, Store } from './store/store.ts';

const NAMES: Readonly<Record<AccountFamily, string>> = { issuer: 'Lab CA', dns: 'Lab DNS' };

/** Stores the connection to a lab's appliance, with its CA and its DNS as accounts: as a person would have it in the end. */
export async function addPracticeConnection(store: Store, input: ConnectionInput): Promise<Connection> {
  const issuer = { account: await accountFor(store, 'issuer', input.issuer) };
  const dns = { account: await accountFor(store, 'dns', input.dns) };
  return addConnection(store, { ...input, issuer, dns });
}

async function accountFor(store: Store, family: AccountFamily, input: PluginInput): Promise<number> {
  const name = NAMES[family];
  const accounts = await store.accounts.all();
  const known = accounts.find((account) => account.family === family && account.name === name);
  return (known ?? (await addAccount(store, family, { ...input, name }))).id;
}
