import { AppError } from '../domain/errors.ts';
import type { AccountFamily, AccountUse } from '../store/accounts.ts';
import type { Connection, Part, PluginRef, Store } from '../store/store.ts';

/** A connection with its accounts put in: what a renewal is built from. */
export interface ResolvedConnection extends Omit<Connection, 'issuer' | 'secondIssuer' | 'dns' | 'dnsRules'> {
  readonly issuer: PluginRef;
  readonly secondIssuer: PluginRef | null;
  readonly dns: PluginRef;
  readonly dnsRules: readonly { readonly suffix: string; readonly use: PluginRef }[];
}

/**
 * Reads the accounts as they are now, so that a change of one counts for every connection that uses it.
 *
 * @throws AppError CONNECTION_INCOMPLETE naming what is missing; INVALID_SETTINGS
 */
export async function resolveConnection(connection: Connection, store: Store): Promise<ResolvedConnection> {
  refuseIncomplete(connection);
  const { issuer, secondIssuer, dns, dnsRules } = connection;
  return {
    ...connection,
    issuer: await resolvePart(store, 'issuer', issuer),
    secondIssuer: secondIssuer && (await resolvePart(store, 'issuer', secondIssuer)),
    dns: await resolvePart(store, 'dns', dns),
    dnsRules: await Promise.all(
      dnsRules.map(async ({ suffix, use }) => ({ suffix, use: await resolvePart(store, 'dns', use) })),
    ),
  };
}

/** @throws AppError CONNECTION_INCOMPLETE */
export function refuseIncomplete({ name, incomplete }: Connection): void {
  if (incomplete.length === 0) return;
  const sentences = incomplete.map(({ sentence }) => sentence);
  throw new AppError('CONNECTION_INCOMPLETE', `"${name}" cannot be renewed yet. ${sentences.join(' ')}`);
}

/** @throws AppError INVALID_SETTINGS when the account is gone or of the other family */
export async function resolvePart(
  store: Pick<Store, 'accounts'>,
  family: AccountFamily,
  part: Part,
): Promise<PluginRef> {
  if (!isAccountUse(part)) return part;
  const account = await store.accounts.get(part.account);
  if (account?.family === family) return account.ref;
  const what = family === 'issuer' ? 'certificate authority' : 'DNS account';
  throw new AppError('INVALID_SETTINGS', `There is no ${what} ${part.account}: choose another one for the connection.`);
}

export function isAccountUse(part: Part | object): part is AccountUse {
  return 'account' in part;
}

/** Everything that a connection is built from: the appliance, who signs, and who proves the names. */
export function partsOf({ appliance, issuer, secondIssuer, dns, dnsRules, http }: Connection): readonly Part[] {
  return [appliance, issuer, ...(secondIssuer ? [secondIssuer] : []), dns, http, ...dnsRules.map(({ use }) => use)];
}
