import { AppError } from './domain/errors.ts';
import { notifierPlugin } from './notify/index.ts';
import type { NewRule, NotificationRule, NotifierRow } from './store/notify.ts';
import { type PluginInput, prepareRef, unsavedSettings } from './store/plugin-refs.ts';
import type { Store } from './store/store.ts';

/** A channel as a person describes it. */
export interface NotifierInput extends PluginInput {
  readonly name: string;
  readonly enabled: boolean;
}

/** Checks settings as a whole. @throws AppError INVALID_SETTINGS */
export type Validate = (plugin: string, settings: Readonly<Record<string, unknown>>) => Promise<void>;

/** Marks vault entries that belong to one channel and go with it. */
const OWN = 'notifier:';

export type RuleInput = Omit<NewRule, 'notifierId'>;

/** A channel that nobody gave a rule: what needs somebody, and when it is over. */
export const DEFAULT_RULE: RuleInput = {
  name: 'What needs somebody',
  minimum: 'warning',
  connections: 'all',
  kinds: 'all',
  includeSuccess: false,
  digest: null,
};

/**
 * Stores a channel, its secrets and its first rule together. It is told of what happens from now on.
 *
 * @throws AppError INVALID_SETTINGS naming the field.
 */
export async function addNotifier(
  store: Store,
  input: NotifierInput,
  rule: RuleInput | null,
  validate: Validate,
): Promise<NotifierRow> {
  await validate(input.plugin, await unsavedOf(store, input, null));
  return await store.transaction(async (tx) => {
    const use = await prepareRef(tx.vault, notifierPlugin(input.plugin), input, null, OWN);
    const { name, enabled } = input;
    const row = await tx.notify.notifiers.insert({ name: name.trim(), use, enabled, since: await tx.events.latest() });
    if (rule) await tx.notify.rules.insert(await checkedRule(tx, { ...rule, notifierId: row.id }));
    await tx.audit.note(`channel "${row.name}"`);
    return row;
  });
}

/**
 * Replaces everything of a channel; secrets that are not given stay as they are. One that is switched on again is told of what
 * happens from now on.
 *
 * @throws AppError NOT_FOUND; CONFLICT when somebody else changed it since `version`; INVALID_SETTINGS
 */
export async function changeNotifier(
  store: Store,
  id: number,
  version: number,
  input: NotifierInput,
  validate: Validate,
): Promise<NotifierRow> {
  await validate(input.plugin, await unsavedOf(store, input, id));
  return await store.transaction(async (tx) => {
    const current = await existingNotifier(tx, id);
    const use = await prepareRef(tx.vault, notifierPlugin(input.plugin), input, current.use, OWN);
    const { name, enabled } = input;
    const since = enabled && !current.enabled ? await tx.events.latest() : current.since;
    const changed = await tx.notify.notifiers.update({ ...current, name: name.trim(), use, enabled, since, version });
    if (current.use.credential !== use.credential) await forget(tx, current);
    await tx.audit.note(`channel "${changed.name}"`);
    return changed;
  });
}

/** With its secrets, rules and notices. @throws AppError NOT_FOUND */
export function removeNotifier(store: Store, id: number): Promise<void> {
  return store.transaction(async (tx) => {
    const current = await existingNotifier(tx, id);
    await tx.notify.notifiers.remove(id);
    await tx.notify.matters.end(`notifier:${id}/undelivered`);
    await forget(tx, current);
    await tx.audit.note(`channel "${current.name}"`);
  });
}

/** @throws AppError NOT_FOUND */
export async function existingNotifier(store: Store, id: number): Promise<NotifierRow> {
  const row = await store.notify.notifiers.get(id);
  if (!row) throw new AppError('NOT_FOUND', `There is no channel ${id}.`);
  return row;
}

/** Settings that were typed and not saved, with the stored secrets of the channel `id` where none were typed. */
export async function unsavedOf(store: Store, input: PluginInput, id: number | null) {
  const current = id === null ? null : (await existingNotifier(store, id)).use;
  return await unsavedSettings(store.vault, notifierPlugin(input.plugin), input, current);
}

/** @throws AppError INVALID_SETTINGS for a channel or a connection that does not exist, and for a rule that never tells anything */
export async function checkedRule(tx: Store, rule: NewRule): Promise<NewRule> {
  if (!(await tx.notify.notifiers.get(rule.notifierId)))
    throw new AppError('INVALID_SETTINGS', `notifierId: there is no channel ${rule.notifierId}.`);
  if (rule.connections !== 'all') {
    if (rule.connections.length === 0)
      throw new AppError('INVALID_SETTINGS', 'connections: choose at least one, or all.');
    const known = new Set((await tx.connections.all()).map(({ id }) => id));
    const unknown = rule.connections.find((id) => !known.has(id));
    if (unknown !== undefined)
      throw new AppError('INVALID_SETTINGS', `connections: there is no connection ${unknown}.`);
  }
  if (rule.kinds !== 'all' && rule.kinds.length === 0 && !rule.includeSuccess && rule.digest === null)
    throw new AppError('INVALID_SETTINGS', 'kinds: this rule would never tell anything; choose a kind, or a digest.');
  return rule;
}

/** @throws AppError NOT_FOUND */
export async function existingRule(store: Store, id: number): Promise<NotificationRule> {
  const rule = await store.notify.rules.get(id);
  if (!rule) throw new AppError('NOT_FOUND', `There is no notification rule ${id}.`);
  return rule;
}

async function forget(tx: Store, { use }: NotifierRow): Promise<void> {
  if (use.credential?.startsWith(OWN)) await tx.vault.remove(use.credential);
}
