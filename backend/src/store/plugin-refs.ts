import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { parseSettings, splitSecrets } from '../plugins/settings.ts';
import type { JsonObject, PluginRef, Vault } from './store.ts';

/** A plugin as a person describes it: secrets stand among the settings, or in a credential that is named. */
export interface PluginInput {
  readonly plugin: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Name of a stored credential with the secret settings. */
  readonly credential?: string | null | undefined;
}

/** Whose the vault entry is that secrets among the settings go to. Names that people choose have no colon. */
export type Owner = 'connection:' | 'account:' | 'notifier:';

const OWNERS: readonly Owner[] = ['connection:', 'account:', 'notifier:'];

interface Describable {
  readonly id: string;
  readonly title: string;
  readonly settings: z.ZodObject;
  verify?(settings: Settings): void;
}

type Settings = Readonly<Record<string, unknown>>;

interface Given {
  readonly ref: PluginRef;
  /** Open and secret settings together, not yet validated. */
  readonly all: Settings;
}

/**
 * Puts the secrets of `input` into the vault, and returns what is stored in their place. Secrets that are not given stay
 * as `current` has them.
 *
 * @throws AppError INVALID_SETTINGS naming the field.
 */
export async function prepareRef(
  vault: Vault,
  plugin: Describable,
  input: PluginInput,
  current: PluginRef | null,
  owner: Owner,
): Promise<PluginRef> {
  const { ref, all } = await storeGiven(vault, plugin, input, current, owner);
  validate(plugin, all);
  return ref;
}

/** As `prepareRef`, with settings that may be incomplete: `trouble` says what is wrong with them, or is null. */
export async function prepareDraftRef(
  vault: Vault,
  plugin: Describable,
  input: PluginInput,
  current: PluginRef | null,
  owner: Owner,
): Promise<{ readonly ref: PluginRef; readonly trouble: string | null }> {
  const { ref, all } = await storeGiven(vault, plugin, input, current, owner);
  return { ref, trouble: troubleOf(() => validate(plugin, all)) };
}

function validate(plugin: Describable, all: Settings): void {
  const settings = parseSettings(plugin.title, plugin.settings, all);
  try {
    plugin.verify?.(settings);
  } catch (err) {
    if (err instanceof AppError) throw new AppError(err.code, `${plugin.title}: ${err.message}`, { cause: err });
    throw err;
  }
}

/** What `check` refuses, in the words of its error; null when it refuses nothing. Other errors are thrown. */
export function troubleOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (err) {
    if (!(err instanceof AppError) || err.code !== 'INVALID_SETTINGS') throw err;
    return err.message;
  }
}

/** Removes vault entries that belong to one owner alone and that nobody names any more. */
export async function forgetUnused(
  vault: Vault,
  before: readonly (string | null)[],
  after: readonly (string | null)[],
): Promise<void> {
  for (const name of before) {
    if (name !== null && isOwned(name) && !after.includes(name)) await vault.remove(name);
  }
}

/**
 * The settings that `prepareRef` would store, with their secrets, and nothing stored.
 *
 * @throws AppError INVALID_SETTINGS naming the field.
 */
export async function unsavedSettings(
  vault: Vault,
  plugin: Describable,
  input: PluginInput,
  current: PluginRef | null,
): Promise<Settings> {
  const { all } = await gather(vault, plugin, input, current);
  validate(plugin, all);
  return all;
}

/**
 * Settings with their secrets, as a plugin's schema takes them.
 *
 * @throws AppError INVALID_SETTINGS when the credential is gone or another plugin's; VAULT_DAMAGED
 */
export async function readSettings(ref: PluginRef, vault: Vault): Promise<Settings> {
  if (ref.credential === null) return ref.settings;
  const entry = await vault.get(ref.credential);
  if (!entry) throw new AppError('INVALID_SETTINGS', `There is no credential "${ref.credential}".`);
  if (entry.plugin !== ref.plugin) {
    throw new AppError(
      'INVALID_SETTINGS',
      `The credential "${ref.credential}" is for ${entry.plugin}, not for ${ref.plugin}.`,
    );
  }
  return { ...ref.settings, ...entry.fields };
}

async function storeGiven(
  vault: Vault,
  plugin: Describable,
  input: PluginInput,
  current: PluginRef | null,
  owner: Owner,
): Promise<Given> {
  const { open, secrets, stored, credential, all } = await gather(vault, plugin, input, current);
  const ref = { plugin: plugin.id, settings: open as JsonObject };
  if (Object.keys(secrets).length === 0) return { ref: { ...ref, credential }, all };
  // A credential that others share is not changed from here: this owner gets its own.
  const own = credential?.startsWith(owner) ? credential : `${owner}${randomUUID()}`;
  await vault.put(own, { plugin: plugin.id, fields: { ...stored, ...secrets } });
  return { ref: { ...ref, credential: own }, all };
}

async function gather(vault: Vault, plugin: Describable, input: PluginInput, current: PluginRef | null) {
  const { open, secrets } = splitSecrets(plugin.settings, input.settings);
  const credential = input.credential ?? (current?.plugin === plugin.id ? current.credential : null);
  const stored = await storedSecrets(vault, plugin, credential);
  return { open, secrets, stored, credential, all: { ...open, ...stored, ...secrets } };
}

async function storedSecrets(
  vault: Vault,
  plugin: Describable,
  credential: string | null,
): Promise<Readonly<Record<string, Secret>>> {
  if (credential === null) return {};
  const stored = await vault.get(credential);
  if (stored?.plugin === plugin.id) return stored.fields;
  throw new AppError('INVALID_SETTINGS', `There is no credential "${credential}" for ${plugin.title}.`);
}

function isOwned(name: string): boolean {
  return OWNERS.some((owner) => name.startsWith(owner));
}
