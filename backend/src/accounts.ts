import { dnsPlugin } from './dns/index.ts';
import { AppError } from './domain/errors.ts';
import { issuerPlugin } from './issuers/index.ts';
import type { Described } from './plugins/plugin.ts';
import type { Account, AccountFamily } from './store/accounts.ts';
import { forgetUnused, type PluginInput, prepareRef } from './store/plugin-refs.ts';
import type { PluginRef, Store } from './store/store.ts';

/** An account as a person describes it. */
export interface AccountDescription {
  readonly name: string;
  /** Of `presets`: stands for a plugin and the settings that it gives. */
  readonly preset?: string | undefined;
  readonly plugin?: string | undefined;
  readonly settings: PluginInput['settings'];
  readonly credential?: string | null | undefined;
}

export const ACCOUNT_FAMILIES = {
  issuer: { plugin: issuerPlugin, word: 'certificate authority' },
  dns: { plugin: dnsPlugin, word: 'DNS account' },
} as const;

/** What people call who signs or proves, and whether it is for practice. */
export function described(family: AccountFamily, { plugin, settings }: PluginRef): Described {
  if (plugin === '') return { title: 'nothing chosen yet', practice: false };
  const declared = ACCOUNT_FAMILIES[family].plugin(plugin);
  return declared.describe?.(settings) ?? { title: declared.title, practice: false };
}

/**
 * Stores an account and its secrets together.
 *
 * @throws AppError INVALID_SETTINGS naming the field; CONFLICT when there is one with this name
 */
export function addAccount(store: Store, family: AccountFamily, input: AccountDescription): Promise<Account> {
  return store.transaction(async (tx) => {
    const name = checkedName(input.name);
    const account = await tx.accounts.insert({ family, name, ref: await prepareAccount(tx, family, input, null) });
    await tx.events.append([{ type: 'account.created', ...subject(account) }]);
    return account;
  });
}

/**
 * Replaces everything of an account; secrets that are not given stay as they are. Connections that use it go on with the
 * new settings from their next step on.
 *
 * @throws AppError NOT_FOUND; CONFLICT when somebody else changed it since `version`; INVALID_SETTINGS
 */
export function changeAccount(
  store: Store,
  { id, version }: Pick<Account, 'id' | 'version'>,
  input: AccountDescription,
): Promise<Account> {
  return store.transaction(async (tx) => {
    const current = await tx.accounts.get(id);
    if (!current) throw new AppError('NOT_FOUND', `There is no account ${id}.`);
    const ref = await prepareAccount(tx, current.family, input, current.ref);
    const changed = await tx.accounts.update({ ...current, name: checkedName(input.name), ref, version });
    await forgetUnused(tx.vault, [current.ref.credential], [changed.ref.credential]);
    // What stood in the way of these connections, as a refused account, may be gone.
    const users = (await tx.accounts.users()).filter(({ accountId }) => accountId === id);
    await tx.events.append([
      { type: 'account.changed', ...subject(changed) },
      ...users.map(({ connectionId }) => ({ type: 'connection.changed' as const, connectionId })),
    ]);
    return changed;
  });
}

/** @throws AppError NOT_FOUND; CONFLICT naming the connections that use it */
export function removeAccount(store: Store, family: AccountFamily, idOrName: number | string): Promise<void> {
  return store.transaction(async (tx) => {
    const account = await findAccount(tx, family, idOrName);
    await tx.accounts.remove(account.id);
    await forgetUnused(tx.vault, [account.ref.credential], []);
    await tx.events.append([{ type: 'account.removed', ...subject(account) }]);
  });
}

/** @throws AppError NOT_FOUND naming those that there are */
export async function findAccount(
  store: Pick<Store, 'accounts'>,
  family: AccountFamily,
  idOrName: number | string,
): Promise<Account> {
  const accounts = (await store.accounts.all()).filter((account) => account.family === family);
  const wanted = String(idOrName).trim().toLowerCase();
  const found = accounts.find(({ id, name }) => String(id) === wanted || name.toLowerCase() === wanted);
  if (found) return found;
  const known = accounts.map(({ name }) => `"${name}"`).join(', ') || 'none';
  throw new AppError('NOT_FOUND', `There is no ${ACCOUNT_FAMILIES[family].word} "${idOrName}"; there are: ${known}.`);
}

/** The reference to the settings of `input`, whose secrets are then in the vault of `tx`. @throws AppError INVALID_SETTINGS */
export function prepareAccount(
  tx: Pick<Store, 'vault'>,
  family: AccountFamily,
  input: Omit<AccountDescription, 'name'>,
  current: PluginRef | null,
): Promise<PluginRef> {
  const { plugin, ...given } = withPreset(family, input);
  return prepareRef(tx.vault, ACCOUNT_FAMILIES[family].plugin(plugin), { plugin, ...given }, current, 'account:');
}

/** What a preset stands for. @throws AppError INVALID_SETTINGS when there is no such preset */
export function withPreset(
  family: AccountFamily,
  { preset, plugin, settings, credential }: Omit<AccountDescription, 'name'>,
): PluginInput {
  if (preset === undefined) {
    if (plugin === undefined) throw new AppError('INVALID_SETTINGS', 'plugin: a plugin or a preset is needed.');
    return { plugin, settings, credential };
  }
  const declared = ACCOUNT_FAMILIES[family].plugin(plugin ?? 'acme');
  const presets = declared.presets ?? [];
  const found = presets.find(({ id }) => id === preset);
  if (found) return { plugin: declared.id, settings: { ...found.settings, ...settings }, credential };
  const known = presets.map(({ id }) => id).join(', ') || 'none';
  throw new AppError('INVALID_SETTINGS', `preset: there is no preset "${preset}"; there are: ${known}.`);
}

function checkedName(name: string): string {
  const clean = name.trim();
  if (/^\d+$/.test(clean)) throw new AppError('INVALID_SETTINGS', 'name: a name cannot be only digits.');
  return clean;
}

function subject({ id, family, name }: Account) {
  return { accountId: id, family, name };
}
