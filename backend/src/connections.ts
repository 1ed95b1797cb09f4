import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { appliancePlugin } from './appliances/index.ts';
import { dnsPlugin } from './dns/index.ts';
import { AppError } from './domain/errors.ts';
import { isHostname } from './domain/names.ts';
import { issuerPlugin } from './issuers/index.ts';
import { parseSettings, splitSecrets } from './plugins/settings.ts';
import type { Connection, DnsRule, JsonObject, NewConnection, PluginRef, RenewalPolicy, Store } from './store/store.ts';

/** A connection as a person describes it: secrets stand among the settings, or in a credential that is named. */
export interface ConnectionInput {
  readonly name: string;
  readonly appliance: PluginInput;
  readonly slot: string;
  readonly dnsNames: readonly string[];
  readonly issuer: PluginInput;
  readonly dns: PluginInput;
  readonly dnsRules?: readonly { readonly suffix: string; readonly use: PluginInput }[] | undefined;
  readonly policy?: Partial<RenewalPolicy> | undefined;
}

export interface PluginInput {
  readonly plugin: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Name of a stored credential with the secret settings. */
  readonly credential?: string | null | undefined;
}

const DEFAULT_POLICY: RenewalPolicy = {
  automatic: true,
  daysBefore: 30,
  activation: 'automatic',
  propagation: null,
  propagationPatienceSeconds: null,
  verifyPatienceSeconds: null,
  renewalCalendar: null,
  restartCalendar: null,
  emergency: null,
};

/** Marks vault entries that belong to one connection and go with it. Names that people choose have no colon. */
const OWN = 'connection:';

/**
 * Stores a connection and its secrets together.
 *
 * @throws AppError INVALID_SETTINGS naming the field.
 */
export function addConnection(store: Store, input: ConnectionInput): Promise<Connection> {
  return store.transaction(async (tx) => {
    const connection = await tx.connections.insert(await prepare(tx, input, null));
    await tx.events.append([{ type: 'connection.created', connectionId: connection.id }]);
    return connection;
  });
}

/**
 * Replaces everything of a connection; secrets that are not given stay as they are.
 *
 * @throws AppError NOT_FOUND; CONFLICT when somebody else changed it since `version`; INVALID_SETTINGS
 */
export function changeConnection(
  store: Store,
  id: number,
  version: number,
  input: ConnectionInput,
): Promise<Connection> {
  return store.transaction(async (tx) => {
    const current = await existing(tx, id);
    const changed = await tx.connections.update({ ...current, ...(await prepare(tx, input, current)), version });
    await forgetUnused(tx, current, changed);
    await tx.events.append([{ type: 'connection.changed', connectionId: id }]);
    return changed;
  });
}

/** @throws AppError NOT_FOUND; CONFLICT while a renewal of it is unfinished */
export function removeConnection(store: Store, id: number): Promise<void> {
  return store.transaction(async (tx) => {
    const current = await existing(tx, id);
    await tx.connections.remove(id);
    await forgetUnused(tx, current, null);
    await tx.events.append([{ type: 'connection.removed', connectionId: id }]);
  });
}

/** @throws AppError NOT_FOUND */
export async function existing(store: Store, id: number): Promise<Connection> {
  const connection = await store.connections.get(id);
  if (!connection) throw new AppError('NOT_FOUND', `There is no connection ${id}.`);
  return connection;
}

async function prepare(tx: Store, input: ConnectionInput, current: Connection | null): Promise<NewConnection> {
  const { name, slot } = input;
  return {
    name: name.trim(),
    slot,
    dnsNames: checkedNames(input.dnsNames),
    appliance: await prepareRef(
      tx,
      appliancePlugin(input.appliance.plugin),
      input.appliance,
      current?.appliance ?? null,
    ),
    issuer: await prepareRef(tx, issuerPlugin(input.issuer.plugin), input.issuer, current?.issuer ?? null),
    dns: await prepareRef(tx, dnsPlugin(input.dns.plugin), input.dns, current?.dns ?? null),
    dnsRules: await prepareRules(tx, input.dnsRules ?? [], current?.dnsRules ?? []),
    policy: await checkedPolicy(tx, { ...DEFAULT_POLICY, ...current?.policy, ...input.policy }),
  };
}

async function checkedPolicy(tx: Store, policy: RenewalPolicy): Promise<RenewalPolicy> {
  for (const field of ['renewalCalendar', 'restartCalendar'] as const) {
    const id = policy[field];
    if (id !== null && !(await tx.calendars.get(id)))
      throw new AppError('INVALID_SETTINGS', `policy.${field}: there is no calendar ${id}.`);
  }
  return policy;
}

function checkedNames(names: readonly string[]): readonly string[] {
  const clean = [...new Set(names.map((name) => name.trim().toLowerCase().replace(/\.$/, '')))];
  if (clean.length === 0) throw new AppError('INVALID_SETTINGS', 'dnsNames: at least one name is needed.');
  const wrong = clean.find((name) => !isHostname(name.replace(/^\*\./, '')));
  if (wrong !== undefined) throw new AppError('INVALID_SETTINGS', `dnsNames: "${wrong}" is not a host name.`);
  return clean;
}

async function prepareRules(
  tx: Store,
  rules: NonNullable<ConnectionInput['dnsRules']>,
  current: readonly DnsRule[],
): Promise<readonly DnsRule[]> {
  const suffixes = rules.map(({ suffix }) =>
    suffix
      .trim()
      .toLowerCase()
      .replace(/^\.|\.$/g, ''),
  );
  const twice = suffixes.find((suffix, index) => suffixes.indexOf(suffix) !== index);
  if (twice !== undefined) throw new AppError('INVALID_SETTINGS', `dnsRules: "${twice}" stands there twice.`);
  const prepared: DnsRule[] = [];
  for (const [index, { use }] of rules.entries()) {
    const suffix = suffixes[index] ?? '';
    if (!isHostname(suffix.replaceAll('_', 'x')))
      throw new AppError('INVALID_SETTINGS', `dnsRules: "${suffix}" is not a domain.`);
    const earlier = current.find((rule) => rule.suffix === suffix)?.use ?? null;
    prepared.push({ suffix, use: await prepareRef(tx, dnsPlugin(use.plugin), use, earlier) });
  }
  return prepared;
}

interface Describable {
  readonly id: string;
  readonly title: string;
  readonly settings: z.ZodObject;
}

async function prepareRef(
  tx: Store,
  plugin: Describable,
  input: PluginInput,
  current: PluginRef | null,
): Promise<PluginRef> {
  const { open, secrets } = splitSecrets(plugin.settings, input.settings);
  const credential = input.credential ?? (current?.plugin === plugin.id ? current.credential : null);
  const stored = credential === null ? undefined : await tx.vault.get(credential);
  if (credential !== null && stored?.plugin !== plugin.id) {
    throw new AppError('INVALID_SETTINGS', `There is no credential "${credential}" for ${plugin.title}.`);
  }
  const all = { ...stored?.fields, ...secrets };
  parseSettings(plugin.title, plugin.settings, { ...open, ...all });
  const ref = { plugin: plugin.id, settings: open as JsonObject };
  if (Object.keys(secrets).length === 0) return { ...ref, credential };
  // A credential that others share is not changed from here: this connection gets its own.
  const own = credential?.startsWith(OWN) ? credential : `${OWN}${randomUUID()}`;
  await tx.vault.put(own, { plugin: plugin.id, fields: all });
  return { ...ref, credential: own };
}

async function forgetUnused(tx: Store, before: Connection, after: Connection | null): Promise<void> {
  const kept = after ? credentialsOf(after) : [];
  for (const name of credentialsOf(before)) {
    if (name.startsWith(OWN) && !kept.includes(name)) await tx.vault.remove(name);
  }
}

/** Names of the vault entries that a connection uses. */
export function credentialsOf({ appliance, issuer, dns, dnsRules }: Connection): readonly string[] {
  const refs = [appliance, issuer, dns, ...dnsRules.map(({ use }) => use)];
  return refs.flatMap(({ credential }) => (credential === null ? [] : [credential]));
}
