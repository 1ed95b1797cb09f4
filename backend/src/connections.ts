import { X509Certificate } from 'node:crypto';
import { findAccount } from './accounts.ts';
import { appliancePlugin, appliancePlugins } from './appliances/index.ts';
import { resolverAt } from './dns/askable.ts';
import { dnsPlugin } from './dns/index.ts';
import { splitPem } from './domain/certificate.ts';
import { AppError } from './domain/errors.ts';
import { isHostname, isWildcard, wildcardRefusal } from './domain/names.ts';
import { httpSolverPlugin } from './http01/index.ts';
import { issuerPlugin } from './issuers/index.ts';
import { forgetKeysOf } from './renewal/own-keys.ts';
import { isAccountUse, partsOf } from './renewal/parts.ts';
import type { AccountFamily } from './store/accounts.ts';
import { forgetUnused, type PluginInput, prepareDraftRef, troubleOf } from './store/plugin-refs.ts';
import {
  type Connection,
  type DnsRule,
  type Missing,
  type Part,
  type PluginRef,
  type RenewalPolicy,
  type Store,
  UNCHOSEN,
} from './store/store.ts';

export type { PluginInput } from './store/plugin-refs.ts';

/** A connection as a person describes it, with settings of its own: secrets stand among them, or in a credential that is named. */
export interface ConnectionInput {
  readonly name: string;
  readonly appliance: PluginInput;
  readonly slot: string;
  readonly dnsNames: readonly string[];
  readonly issuer: PluginInput;
  readonly secondIssuer?: PluginInput | null | undefined;
  readonly secondChain?: string | null | undefined;
  readonly dns: PluginInput;
  readonly dnsRules?: readonly { readonly suffix: string; readonly use: PluginInput }[] | undefined;
  readonly challenge?: Connection['challenge'] | undefined;
  readonly http?: PluginInput | null | undefined;
  readonly policy?: Partial<RenewalPolicy> | undefined;
}

/** A shared account, by its id or its name. */
export interface AccountInput {
  readonly account: number | string;
}

export type PartInput = PluginInput | AccountInput;

/** A `ConnectionInput` whose issuer and DNS services may be shared accounts, or one that is not complete yet. */
export interface ConnectionRequest {
  readonly name?: string | undefined;
  readonly appliance?: PluginInput | null | undefined;
  readonly slot?: string | undefined;
  readonly dnsNames?: readonly string[] | undefined;
  readonly issuer?: PartInput | null | undefined;
  /** Asked when the first one is down. */
  readonly secondIssuer?: PartInput | null | undefined;
  /** CA certificates (PEM) that the second CA signs with. */
  readonly secondChain?: string | null | undefined;
  readonly dns?: PartInput | null | undefined;
  readonly dnsRules?: readonly { readonly suffix: string; readonly use: PartInput }[] | undefined;
  /** Default `dns-01`. */
  readonly challenge?: Connection['challenge'] | undefined;
  /** Who places the files of `http-01`. */
  readonly http?: PluginInput | null | undefined;
  readonly policy?: Partial<RenewalPolicy> | undefined;
  /** True: what is missing is stored with the connection, and refuses nothing but a renewal. */
  readonly draft?: boolean | undefined;
}

/** Who does it, for the event log: a user or an API token. */
export interface Actor {
  readonly actor?: string;
}

export interface AddedBy extends Actor {
  /** The user to whom the connection will belong. */
  readonly ownerId?: number | null;
}

const DEFAULT_POLICY: RenewalPolicy = {
  automatic: true,
  daysBefore: null,
  activation: 'automatic',
  propagation: null,
  propagationPatienceSeconds: null,
  verifyPatienceSeconds: null,
  renewalCalendar: null,
  restartCalendar: null,
  emergency: null,
  keyKind: null,
  reuseKey: false,
  fallback: false,
};

/**
 * Stores a connection and its secrets together.
 *
 * @throws AppError INVALID_SETTINGS naming the field, unless it is a draft.
 */
export function addConnection(store: Store, input: ConnectionRequest, by: AddedBy = {}): Promise<Connection> {
  return store.transaction(async (tx) => {
    const prepared = await prepareConnection(tx, input, null);
    const connection = await tx.connections.insert({ ...prepared, ownerId: by.ownerId ?? null });
    await tx.events.append([{ type: 'connection.created', connectionId: connection.id, ...named(by) }]);
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
  input: ConnectionRequest,
  by: Actor = {},
): Promise<Connection> {
  return store.transaction(async (tx) => {
    const current = await existing(tx, id);
    const changed = await tx.connections.update({
      ...current,
      ...(await prepareConnection(tx, input, current)),
      version,
    });
    await forgetUnused(tx.vault, credentialsOf(current), credentialsOf(changed));
    await tx.events.append([{ type: 'connection.changed', connectionId: id, ...named(by) }]);
    return changed;
  });
}

/** Switches automatic renewal on or off. Returns false when it was so already. @throws AppError NOT_FOUND */
export function setEnabled(store: Store, id: number, automatic: boolean, by: Actor = {}): Promise<boolean> {
  return store.transaction(async (tx) => {
    const current = await existing(tx, id);
    if (current.policy.automatic === automatic) return false;
    await tx.connections.update({ ...current, policy: { ...current.policy, automatic } });
    await tx.events.append([{ type: 'connection.changed', connectionId: id, ...named(by) }]);
    return true;
  });
}

/** @throws AppError NOT_FOUND; CONFLICT while a renewal of it is unfinished */
export function removeConnection(store: Store, id: number, by: Actor = {}): Promise<void> {
  return store.transaction(async (tx) => {
    const current = await existing(tx, id);
    await tx.connections.remove(id);
    await forgetUnused(tx.vault, credentialsOf(current), []);
    await forgetKeysOf(tx.vault, id);
    await tx.events.append([{ type: 'connection.removed', connectionId: id, ...named(by) }]);
  });
}

/** @throws AppError NOT_FOUND when there is no such connection or user */
export function changeOwner(store: Store, id: number, ownerId: number | null, by: Actor = {}): Promise<Connection> {
  return store.transaction(async (tx) => {
    const current = await existing(tx, id);
    if (ownerId !== null && !(await tx.access.users.get(ownerId)))
      throw new AppError('NOT_FOUND', `There is no user ${ownerId}.`);
    const changed = await tx.connections.update({ ...current, ownerId });
    await tx.events.append([{ type: 'connection.changed', connectionId: id, ...named(by) }]);
    return changed;
  });
}

function named({ actor }: Actor): { readonly actor?: string } {
  return actor === undefined ? {} : { actor };
}

/** @throws AppError NOT_FOUND */
export async function existing(store: Store, id: number): Promise<Connection> {
  const connection = await store.connections.get(id);
  if (!connection) throw new AppError('NOT_FOUND', `There is no connection ${id}.`);
  return connection;
}

/**
 * Validates `input` and puts its secrets into the vault of `tx`.
 *
 * @throws AppError INVALID_SETTINGS naming the field, unless it is a draft.
 */
export async function prepareConnection(
  tx: Store,
  input: ConnectionRequest,
  current: Connection | null,
): Promise<Omit<Connection, 'id' | 'createdAt' | 'version' | 'ownerId'>> {
  const gaps = new Gaps(input.draft === true);
  const context = { tx, gaps };
  const appliance = await prepareAppliance(context, input.appliance, current?.appliance ?? null);
  const { challenge = 'dns-01' } = input;
  const dnsNames = checkedNames(input.dnsNames ?? [], gaps);
  refuseWildcards(challenge, dnsNames, gaps);
  const slot = input.slot?.trim() || onlySlotOf(input.appliance);
  if (slot === '') gaps.note('slot', 'No slot is chosen: the place for the certificate on the appliance.');
  return {
    name: input.name?.trim() || dnsNames[0] || String(input.appliance?.settings.host ?? 'New connection'),
    slot,
    dnsNames,
    appliance,
    issuer: await preparePart(context, 'issuer', input.issuer, current?.issuer ?? null),
    ...(await prepareSecond(context, input, current?.secondIssuer ?? null)),
    dns:
      input.dns || challenge === 'dns-01'
        ? await preparePart(context, 'dns', input.dns, current?.dns ?? null)
        : UNCHOSEN,
    dnsRules: await prepareRules(context, input.dnsRules ?? [], current?.dnsRules ?? []),
    challenge,
    http: await prepareHttp(context, challenge, input.http, current?.http ?? null),
    policy: await checkedPolicy(tx, { ...DEFAULT_POLICY, ...current?.policy, ...input.policy }),
    incomplete: gaps.found,
  };
}

/** Of a host that has one alone nobody needs to say which. Empty: somebody has to. */
function onlySlotOf(appliance: PluginInput | null | undefined): string {
  const { slots = [] } = (appliance && appliancePlugins.find(({ id }) => id === appliance.plugin)) ?? {};
  return slots.length === 1 ? (slots[0] ?? '') : '';
}

/** What a connection lacks. Whoever did not ask for a draft is told of the first by an error. */
class Gaps {
  readonly found: Missing[] = [];
  readonly #isDraft: boolean;

  constructor(isDraft: boolean) {
    this.#isDraft = isDraft;
  }

  /** `refusal` is what the error says, when that is not the sentence. */
  note(part: Missing['part'], sentence: string, refusal = `${part}: ${sentence}`): void {
    if (!this.#isDraft) throw new AppError('INVALID_SETTINGS', refusal);
    this.found.push({ part, sentence });
  }
}

async function prepareSecond(
  context: Context,
  { secondIssuer, secondChain }: ConnectionRequest,
  current: Part | null,
): Promise<Pick<Connection, 'secondIssuer' | 'secondChain'>> {
  if (!secondIssuer) return { secondIssuer: null, secondChain: null };
  return {
    secondIssuer: await preparePart(context, 'issuer', secondIssuer, current, 'secondIssuer'),
    secondChain: checkedChain(secondChain, context.gaps),
  };
}

/** Null when nothing was given. */
function checkedChain(text: string | null | undefined, gaps: Gaps): string | null {
  if (!text || text.trim() === '') return null;
  const pems = splitPem(text);
  const trouble = pems.length === 0 ? 'There is no PEM certificate in it.' : pems.map(troubleOfCa).find(Boolean);
  if (trouble) gaps.note('secondIssuer', `CA certificates of the second CA: ${trouble}`, `secondChain: ${trouble}`);
  return trouble ? null : pems.join('');
}

/** Null when `pem` is a CA certificate. */
function troubleOfCa(pem: string): string | null {
  try {
    const { ca, subject } = new X509Certificate(pem);
    return ca ? null : `"${subject.replaceAll('\n', ', ')}" is not a CA certificate.`;
  } catch {
    return 'One of the certificates cannot be read.';
  }
}

async function checkedPolicy(tx: Store, policy: RenewalPolicy): Promise<RenewalPolicy> {
  for (const field of ['renewalCalendar', 'restartCalendar'] as const) {
    const id = policy[field];
    if (id !== null && !(await tx.calendars.get(id)))
      throw new AppError('INVALID_SETTINGS', `policy.${field}: there is no calendar ${id}.`);
  }
  for (const address of policy.propagation?.checkResolvers ?? []) {
    const trouble = troubleOf(() => resolverAt(address));
    if (trouble !== null) throw new AppError('INVALID_SETTINGS', `policy.propagation.checkResolvers: ${trouble}`);
  }
  return policy;
}

interface Context {
  readonly tx: Store;
  readonly gaps: Gaps;
}

function checkedNames(names: readonly string[], gaps: Gaps): readonly string[] {
  const clean = [...new Set(names.map((name) => name.trim().toLowerCase().replace(/\.$/, '')))];
  if (clean.length === 0) gaps.note('dnsNames', 'At least one name is needed in the certificate.');
  const wrong = clean.find((name) => !isHostname(name.replace(/^\*\./, '')));
  if (wrong !== undefined) gaps.note('dnsNames', `"${wrong}" is not a host name.`);
  return clean;
}

function refuseWildcards(challenge: Connection['challenge'], names: readonly string[], gaps: Gaps): void {
  const wildcard = challenge === 'http-01' ? names.find(isWildcard) : undefined;
  if (wildcard !== undefined) gaps.note('dnsNames', wildcardRefusal(wildcard));
}

async function prepareHttp(
  { tx, gaps }: Context,
  challenge: Connection['challenge'],
  input: PluginInput | null | undefined,
  current: PluginRef | null,
): Promise<PluginRef> {
  if (!input) {
    if (challenge === 'http-01')
      gaps.note('http', 'Nothing is chosen that places the HTTP files: nobody could prove the names.');
    return UNCHOSEN;
  }
  const plugin = httpSolverPlugin(input.plugin);
  const { ref, trouble } = await prepareDraftRef(tx.vault, plugin, input, current, 'connection:');
  if (trouble !== null) gaps.note('http', plainly(trouble, plugin), trouble);
  return ref;
}

async function prepareAppliance(
  { tx, gaps }: Context,
  input: PluginInput | null | undefined,
  current: PluginRef | null,
): Promise<PluginRef> {
  if (!input) {
    gaps.note('appliance', 'No appliance is chosen.');
    return UNCHOSEN;
  }
  const plugin = appliancePlugin(input.plugin);
  const { ref, trouble } = await prepareDraftRef(tx.vault, plugin, input, current, 'connection:');
  if (trouble !== null) gaps.note('appliance', plainly(trouble, plugin), trouble);
  return ref;
}

const FAMILIES = {
  issuer: { find: issuerPlugin, unchosen: 'No certificate authority is chosen.' },
  dns: { find: dnsPlugin, unchosen: 'No DNS account is chosen: nobody could prove the names.' },
} as const;

async function preparePart(
  { tx, gaps }: Context,
  family: AccountFamily,
  input: PartInput | null | undefined,
  current: Part | null,
  part: Missing['part'] = family,
): Promise<Part> {
  const { find, unchosen } = FAMILIES[family];
  if (!input) {
    gaps.note(part, unchosen);
    return UNCHOSEN;
  }
  if ('account' in input) return { account: (await findAccount(tx, family, input.account)).id };
  const plugin = find(input.plugin);
  const earlier = current && !isAccountUse(current) ? current : null;
  const { ref, trouble } = await prepareDraftRef(tx.vault, plugin, input, earlier, 'connection:');
  if (trouble !== null) gaps.note(part, plainly(trouble, plugin), trouble);
  return ref;
}

async function prepareRules(
  context: Context,
  rules: NonNullable<ConnectionRequest['dnsRules']>,
  current: readonly DnsRule[],
): Promise<readonly DnsRule[]> {
  const { gaps } = context;
  const suffixes = rules.map(({ suffix }) =>
    suffix
      .trim()
      .toLowerCase()
      .replace(/^\.|\.$/g, ''),
  );
  const twice = suffixes.find((suffix, index) => suffixes.indexOf(suffix) !== index);
  if (twice !== undefined) gaps.note('dnsRules', `"${twice}" stands there twice.`);
  const prepared: DnsRule[] = [];
  for (const [index, { use }] of rules.entries()) {
    const suffix = suffixes[index] ?? '';
    if (!isHostname(suffix.replaceAll('_', 'x'))) gaps.note('dnsRules', `"${suffix}" is not a domain.`);
    const earlier = current.find((rule) => rule.suffix === suffix)?.use ?? null;
    prepared.push({ suffix, use: await preparePart(context, 'dns', use, earlier, 'dnsRules') });
  }
  return prepared;
}

/** `ACME: Directory URL (directory): is missing.` without the plugin and the name that programs use. */
function plainly(trouble: string, { title }: { readonly title: string }): string {
  const bare = trouble.startsWith(`${title}: `) ? trouble.slice(title.length + 2) : trouble;
  return bare.replaceAll(/ \([\w.]+\): is missing/g, ' is missing').replaceAll(/ \([\w.]+\):/g, ':');
}

/** Names of the vault entries that a connection uses itself; those of its accounts are not among them. */
export function credentialsOf(connection: Connection): readonly string[] {
  return partsOf(connection).flatMap((part) =>
    isAccountUse(part) || part.credential === null ? [] : [part.credential],
  );
}
