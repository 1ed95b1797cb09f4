import type { Authority } from '../access/authority.ts';
import { withPreset } from '../accounts.ts';
import { KEPT_FOR_DOWNLOAD } from '../appliances/index.ts';
import { addConnection, type ConnectionRequest, type PartInput, type PluginInput } from '../connections.ts';
import { AppError } from '../domain/errors.ts';
import type { KeyKind } from '../domain/key-kind.ts';
import { issuerPlugin } from '../issuers/index.ts';
import type { ApiToken } from '../store/access.ts';
import type { Connection, Store } from '../store/store.ts';

/** A CA by the name that people know it by, with the settings that it asks for. */
export interface PresetInput {
  readonly preset: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Registration {
  readonly name?: string | undefined;
  readonly names: readonly string[];
  readonly issuer: PartInput | PresetInput;
  readonly challenge: Connection['challenge'];
  readonly dns: PartInput;
  /** Who places the files of `http-01`. */
  readonly http: PluginInput;
  readonly dnsRules: readonly { readonly suffix: string; readonly use: PartInput }[];
  readonly key: KeyKind | null;
  readonly reuseKey: boolean;
  readonly daysBefore: number | null;
  readonly automatic: boolean;
  /** Id or name of the user to whom it shall belong; null: whoever registers it. */
  readonly owner: number | string | null;
}

/** What a connection is made of. @throws AppError INVALID_SETTINGS for a preset that does not exist */
export function connectionFor(registration: Registration): ConnectionRequest {
  const { name, names, issuer, challenge, dns, dnsRules, http, key, reuseKey, daysBefore, automatic } = registration;
  return {
    name,
    appliance: { plugin: KEPT_FOR_DOWNLOAD.plugin, settings: {} },
    slot: KEPT_FOR_DOWNLOAD.slot,
    dnsNames: names,
    issuer: 'preset' in issuer ? withPreset('issuer', issuer) : issuer,
    challenge,
    dns,
    dnsRules,
    http: challenge === 'http-01' ? http : null,
    policy: { keyKind: key, reuseKey, daysBefore, automatic },
  };
}

/**
 * Stores the connection. It belongs to the user who asks, or is put on the list of the API token that asks, so that it sees
 * what it registered.
 *
 * @throws AppError FORBIDDEN, INVALID_SETTINGS, NOT_FOUND
 */
export function register(
  store: Store,
  registration: Registration,
  authority: Authority,
  now: Date,
): Promise<Connection> {
  refuseOwnSettings(registration, authority);
  const input = connectionFor(registration);
  return store.transaction(async (tx) => {
    await refuseForeignNames(tx, registration.names, authority, now);
    const ownerId = await ownerOf(tx, registration, authority);
    const connection = await addConnection(tx, input, { actor: authority.actor, ownerId });
    if (authority.limited && authority.tokenId !== null) await showTo(tx, authority.tokenId, connection.id);
    return connection;
  });
}

/** Choosing where requests go, and with which secrets, is what adding a connection is: for administrators. */
function refuseOwnSettings({ issuer, dns, dnsRules, http }: Registration, authority: Authority): void {
  if (authority.may('admin')) return;
  const parts = [dns, http, ...dnsRules.map(({ use }) => use)];
  const own = parts.some((part) => 'plugin' in part && part.plugin !== 'manual');
  if (own || 'plugin' in issuer || ('preset' in issuer && asksForMore(issuer))) {
    throw new AppError(
      'FORBIDDEN',
      `Settings of one's own need the role admin; ${authority.actor} is ${authority.role}. Name an account or a preset; records and files can be placed by hand.`,
    );
  }
}

/** Beyond what the CA asks people for, as another address. */
function asksForMore({ preset, settings }: PresetInput): boolean {
  const asked = issuerPlugin('acme').presets?.find(({ id }) => id === preset)?.ask ?? [];
  return Object.keys(settings).some((field) => field !== 'profile' && !asked.includes(field));
}

/**
 * A CA remembers what was proved to it: BR section 4.2.1 allows 200 days. Within these, whoever registers a name of somebody
 * else at the same account would get a certificate, and its key, without proving anything.
 */
const REMEMBERED_MS = 200 * 86_400_000;

/** @throws AppError FORBIDDEN */
export async function refuseForeignNames(
  tx: Pick<Store, 'claims' | 'connections'>,
  names: readonly string[],
  { reach, actor }: Authority,
  now: Date,
): Promise<void> {
  if (reach === 'all') return;
  const wanted = names.map((name) => name.trim().toLowerCase().replace(/\.$/, ''));
  const holders = await tx.claims.connectionsNaming(wanted, new Date(now.getTime() - REMEMBERED_MS));
  const own = 'connectionIds' in reach ? reach.connectionIds : await tx.connections.idsOf(reach);
  if (holders.every((id) => own.includes(id))) return;
  throw new AppError(
    'FORBIDDEN',
    `One of these names belongs, or belonged, to a connection that ${actor} does not see. Somebody who sees all may register it.`,
  );
}

async function ownerOf(tx: Store, { owner }: Registration, authority: Authority): Promise<number | null> {
  if (owner === null) return authority.userId;
  const user = (await tx.access.users.all()).find(({ id, name }) => id === owner || name === owner);
  if (user && (user.id === authority.userId || !authority.limited)) return user.id;
  if (authority.limited) throw new AppError('FORBIDDEN', `${authority.actor} can register only for itself.`);
  throw new AppError('NOT_FOUND', `There is no user ${owner}.`);
}

/** The token, and those that take its place. */
async function showTo(tx: Store, tokenId: number, connectionId: number): Promise<void> {
  let token: ApiToken | undefined = await tx.access.tokens.get(tokenId);
  while (token) {
    const { connectionIds, successorId }: ApiToken = token;
    await tx.access.tokens.update(token.id, { connectionIds: [...(connectionIds ?? []), connectionId] });
    token = successorId === null ? undefined : await tx.access.tokens.get(successorId);
  }
}
