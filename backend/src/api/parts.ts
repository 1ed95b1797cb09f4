import { described } from '../accounts.ts';
import type { Finding } from '../domain/finding.ts';
import { isAccountUse } from '../renewal/parts.ts';
import type { AccountFamily } from '../store/accounts.ts';
import type { Part, PluginRef, Store } from '../store/store.ts';
import type { PartView } from './contract/accounts.ts';
import type { PluginView } from './contract.ts';

/** Settings as they are shown: secrets are named, never sent. */
export async function pluginView(
  { vault }: Pick<Store, 'vault'>,
  { plugin, settings, credential }: PluginRef,
): Promise<PluginView> {
  const entry = credential === null ? undefined : await vault.get(credential);
  return { plugin, settings, credential, secretsSet: Object.keys(entry?.fields ?? {}) };
}

/** An issuer or a DNS service of a connection, with its account put in. */
export async function partView(store: Store, family: AccountFamily, part: Part): Promise<PartView> {
  if (!isAccountUse(part)) {
    return { ...(await pluginView(store, part)), ...described(family, part), account: null };
  }
  const account = await store.accounts.get(part.account);
  const ref = account?.ref ?? GONE;
  return {
    ...(await pluginView(store, ref)),
    ...described(family, ref),
    account: { id: part.account, name: account?.name ?? 'an account that is gone' },
  };
}

const GONE: PluginRef = { plugin: '', settings: {}, credential: null };

export function worst(findings: readonly Finding[]): 'ok' | 'warn' | 'block' {
  if (findings.some(({ outcome }) => outcome === 'block')) return 'block';
  return findings.some(({ outcome }) => outcome === 'warn') ? 'warn' : 'ok';
}
