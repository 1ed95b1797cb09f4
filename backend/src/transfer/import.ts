import { addAccount, changeAccount } from '../accounts.ts';
import {
  type AddedBy,
  addConnection,
  type ConnectionRequest,
  changeConnection,
  type PartInput,
} from '../connections.ts';
import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import { canonical } from '../store/audit-chain.ts';
import type { PluginInput } from '../store/plugin-refs.ts';
import type { Connection, RenewalPolicy, Store } from '../store/store.ts';
import { checkRules } from '../windows/check.ts';
import { calendarInFile, FileWriter } from './export.ts';
import type {
  ConnectionsFile,
  FileAccount,
  FileCalendar,
  FileConnection,
  FileCredential,
  FileOwnPart,
  FilePart,
} from './file.ts';

export interface Imported {
  readonly kind: 'calendar' | 'credential' | 'account' | 'connection';
  readonly name: string;
  readonly action: 'added' | 'changed' | 'same' | 'refused';
  /** Why it was refused, or what it lacks; null when there is nothing to say. */
  readonly detail: string | null;
}

type Result = Pick<Imported, 'action' | 'detail'>;

interface Item {
  readonly kind: Imported['kind'];
  readonly name: string;
  apply(tx: Store): Promise<Result>;
}

const DONE = { added: { action: 'added', detail: null }, changed: { action: 'changed', detail: null } } as const;
const SAME = { action: 'same', detail: null } as const;

/**
 * Adds and changes, by name, what a file holds; nothing is removed. What is refused is left out, and the rest is stored together.
 * A dry run does all of it and undoes it, so that it cannot say something else than the import.
 */
export async function importConnections(
  store: Store,
  file: ConnectionsFile,
  { dryRun, by }: { readonly dryRun: boolean; readonly by: AddedBy },
): Promise<readonly Imported[]> {
  const items = itemsOf(file, by);
  const refused = new Map<Item, string>(doubles(items).map((item) => [item, 'The file has two of this name.']));
  for (;;) {
    try {
      return await attempt(store, items, refused, dryRun);
    } catch (err) {
      if (err instanceof Undone) return err.results;
      if (!(err instanceof Refused)) throw err;
      refused.set(err.item, err.message);
    }
  }
}

/** The whole of a dry run, which is not to be stored. */
class Undone extends Error {
  readonly results: readonly Imported[];

  constructor(results: readonly Imported[]) {
    super('A dry run is undone.');
    this.results = results;
  }
}

/** What was written for a refused item cannot be undone alone: everything is tried again without it. */
class Refused extends Error {
  readonly item: Item;

  constructor(item: Item, cause: AppError) {
    super(cause.message, { cause });
    this.item = item;
  }
}

function attempt(
  store: Store,
  items: readonly Item[],
  refused: ReadonlyMap<Item, string>,
  dryRun: boolean,
): Promise<readonly Imported[]> {
  return store.transaction(async (tx) => {
    const results: Imported[] = [];
    for (const item of items) {
      const { kind, name } = item;
      const why = refused.get(item);
      const result = why === undefined ? await applied(item, tx) : ({ action: 'refused', detail: why } as const);
      results.push({ kind, name, ...result });
    }
    if (dryRun) throw new Undone(results);
    return results;
  });
}

async function applied(item: Item, tx: Store): Promise<Result> {
  try {
    return await item.apply(tx);
  } catch (err) {
    if (!(err instanceof AppError) || err.code === 'INTERNAL') throw err;
    throw new Refused(item, err);
  }
}

/** What others use comes before them. */
function itemsOf({ calendars, credentials, accounts, connections }: ConnectionsFile, by: AddedBy): readonly Item[] {
  return [
    ...calendars.map((one) => item('calendar', one.name, (tx) => putCalendar(tx, one))),
    ...credentials.map((one) => item('credential', one.name, (tx) => putCredential(tx, one))),
    ...accounts.map((one) => item('account', `${one.family} ${one.name}`, (tx) => putAccount(tx, one))),
    ...connections.map((one) => item('connection', one.name, (tx) => putConnection(tx, one, by))),
  ];
}

function item(kind: Item['kind'], name: string, apply: Item['apply']): Item {
  return { kind, name, apply };
}

function doubles(items: readonly Item[]): readonly Item[] {
  return items.filter(({ kind, name }, index) =>
    items.slice(0, index).some((other) => other.kind === kind && other.name.toLowerCase() === name.toLowerCase()),
  );
}

async function putCalendar(tx: Store, input: FileCalendar): Promise<Result> {
  checkRules(input);
  const { copy, ...rules } = input;
  const current = (await tx.calendars.all()).find(({ name }) => isSameName(name, input.name));
  if (!current) {
    const { id, name } = await tx.calendars.insert({ ...rules, copy });
    await tx.events.append([{ type: 'calendar.created', calendarId: id, name }]);
    return DONE.added;
  }
  const { copy: _, ...known } = calendarInFile(current);
  if (canonical(known) === canonical(rules)) return SAME;
  const { id, name } = await tx.calendars.update({ ...current, ...rules, copy });
  await tx.events.append([{ type: 'calendar.changed', calendarId: id, name }]);
  return DONE.changed;
}

async function putCredential(tx: Store, { name, plugin, secrets }: FileCredential): Promise<Result> {
  const current = await tx.vault.get(name);
  if (!secrets) {
    if (current?.plugin === plugin) return SAME;
    throw new AppError('INVALID_SETTINGS', 'Its secrets are not in the file, and it is not here.');
  }
  const known = await new FileWriter(tx, true).credential(name);
  if (current && canonical(known) === canonical({ name, plugin, secrets })) return SAME;
  const fields = Object.entries(secrets).map(([field, text]) => [field, new Secret(text)] as const);
  await tx.vault.put(name, { plugin, fields: Object.fromEntries(fields) });
  await tx.audit.note(`credential "${name}"`, { secrets: Object.keys(secrets) });
  return current ? DONE.changed : DONE.added;
}

async function putAccount(tx: Store, input: FileAccount): Promise<Result> {
  const current = (await tx.accounts.all()).find(
    ({ family, name }) => family === input.family && isSameName(name, input.name),
  );
  const description = { name: input.name, ...pluginInput(input) };
  if (!current) {
    await addAccount(tx, input.family, description);
    return DONE.added;
  }
  const known = await new FileWriter(tx, input.secrets !== undefined).account(current);
  if (canonical(known) === canonical(input)) return SAME;
  await changeAccount(tx, current, description);
  return DONE.changed;
}

async function putConnection(tx: Store, input: FileConnection, by: AddedBy): Promise<Result> {
  const [current, other] = (await tx.connections.all()).filter(({ name }) => isSameName(name, input.name));
  if (other) throw new AppError('CONFLICT', 'There are two connections of this name here.');
  const request: ConnectionRequest = {
    name: input.name,
    appliance: chosen(input.appliance),
    slot: input.slot,
    dnsNames: input.dnsNames,
    issuer: partInput(input.issuer),
    dns: partInput(input.dns),
    dnsRules: input.dnsRules.flatMap(({ suffix, use }) => {
      const given = partInput(use);
      return given ? [{ suffix, use: given }] : [];
    }),
    challenge: input.challenge,
    http: chosen(input.http),
    secondIssuer: input.secondIssuer ? partInput(input.secondIssuer) : null,
    secondChain: input.secondChain ?? null,
    policy: await policyOf(tx, input.policy),
    draft: true,
  };
  if (!current) return { action: 'added', detail: lacking(await addConnection(tx, request, by)) };
  const known = await new FileWriter(tx, holdsSecrets(input)).connection(current);
  const wanted = { ...input, policy: { ...known.policy, ...input.policy } };
  if (canonical(known) === canonical(wanted)) return { ...SAME, detail: lacking(current) };
  const changed = await changeConnection(tx, current.id, current.version, request, by);
  return { action: 'changed', detail: lacking(changed) };
}

function lacking({ incomplete }: Connection): string | null {
  return incomplete.length === 0 ? null : `Not complete: ${incomplete.map(({ sentence }) => sentence).join(' ')}`;
}

async function policyOf(tx: Store, policy: FileConnection['policy']): Promise<Partial<RenewalPolicy>> {
  const calendars = await tx.calendars.all();
  const idOf = (name: string | null | undefined) => {
    if (name === null || name === undefined) return name;
    const found = calendars.find((calendar) => isSameName(calendar.name, name));
    if (!found) throw new AppError('INVALID_SETTINGS', `There is no calendar "${name}".`);
    return found.id;
  };
  const numbered = {
    ...policy,
    renewalCalendar: idOf(policy.renewalCalendar),
    restartCalendar: idOf(policy.restartCalendar),
  };
  // What is not given stays as it is, which the types of the schema do not say.
  return Object.fromEntries(
    Object.entries(numbered).filter(([, value]) => value !== undefined),
  ) as Partial<RenewalPolicy>;
}

function partInput(part: FilePart): PartInput | null {
  return 'account' in part ? { account: part.account } : chosen(part);
}

/** Null where nothing was chosen, as in a connection that is not complete. */
function chosen(part: FileOwnPart): PluginInput | null {
  return part.plugin === '' ? null : pluginInput(part);
}

function pluginInput({ plugin, settings, credential, secrets }: FileOwnPart): PluginInput {
  return { plugin, settings: { ...settings, ...secrets }, ...(credential !== undefined && { credential }) };
}

function holdsSecrets({ appliance, issuer, secondIssuer, dns, dnsRules, http }: FileConnection): boolean {
  const parts: readonly FilePart[] = [
    appliance,
    issuer,
    ...(secondIssuer ? [secondIssuer] : []),
    dns,
    http,
    ...dnsRules.map(({ use }) => use),
  ];
  return parts.some((part) => 'secrets' in part && part.secrets !== undefined);
}

function isSameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}
