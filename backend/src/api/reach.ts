import type { Authority } from '../access/authority.ts';
import { appliancePlugin } from '../appliances/index.ts';
import { type ConnectionRequest, credentialsOf, type PartInput, type PluginInput } from '../connections.ts';
import { dnsPlugin } from '../dns/index.ts';
import { AppError } from '../domain/errors.ts';
import { httpSolverPlugin } from '../http01/index.ts';
import { issuerPlugin } from '../issuers/index.ts';
import { isAccountUse } from '../renewal/parts.ts';
import type { Connection } from '../store/store.ts';

/**
 * What somebody who sees only some connections must not put into one: it would give them more than these.
 *
 * @throws AppError FORBIDDEN
 */
export function refuseBeyondReach(authority: Authority, input: ConnectionRequest, current: Connection | null): void {
  if (!authority.limited) return;
  const { actor, reach } = authority;
  if (current === null && reach !== 'all' && 'connectionIds' in reach)
    throw new AppError('FORBIDDEN', `${actor} is limited to connections that are there already.`);
  refuseForeignParts(authority, input, current);
}

/**
 * The host of the daemon, accounts and credentials alone: for what somebody may add in spite of being limited.
 *
 * @throws AppError FORBIDDEN; INVALID_SETTINGS for a plugin that does not exist
 */
export function refuseForeignParts(authority: Authority, input: ConnectionRequest, current: Connection | null): void {
  if (!authority.limited) return;
  const { actor } = authority;
  const parts = partsOf(input);
  const onOwnHost = pluginsOf(input).find(({ plugin, settings }) => plugin.usesOwnHost?.(settings));
  if (onOwnHost)
    throw new AppError(
      'FORBIDDEN',
      `"${onOwnHost.plugin.title}" with these settings acts on the host of certferry, with the rights of the daemon; ${actor} may not choose that.`,
    );
  const known: readonly string[] = current ? credentialsOf(current) : [];
  const named = ownOf([input.appliance, input.http, ...parts]).flatMap(({ credential }) => credential ?? []);
  const foreign = named.find((credential) => !known.includes(credential));
  if (foreign !== undefined)
    throw new AppError(
      'FORBIDDEN',
      `The credential "${foreign}" is shared; ${actor} may not take it for a connection.`,
    );
  const accounts = current
    ? partsOf(current)
        .filter(isAccountUse)
        .map(({ account }) => account)
    : [];
  const shared = parts.find((part) => isShared(part) && !accounts.includes(Number(part.account)));
  if (shared)
    throw new AppError('FORBIDDEN', `Accounts are shared; ${actor} may not take another one for a connection.`);
}

type Chosen = PartInput | null | undefined;

interface ChosenPlugin {
  readonly plugin: {
    readonly title: string;
    usesOwnHost?(settings: PluginInput['settings']): boolean;
  };
  readonly settings: PluginInput['settings'];
}

/** Every plugin that is chosen with settings of its own. @throws AppError INVALID_SETTINGS */
function pluginsOf(input: ConnectionRequest): readonly ChosenPlugin[] {
  const { appliance, issuer, secondIssuer, http } = input;
  const dns = [input.dns, ...(input.dnsRules ?? []).map(({ use }) => use)];
  const found = (find: (id: string) => ChosenPlugin['plugin'], parts: readonly Chosen[]) =>
    ownOf(parts).map(({ plugin, settings }) => ({ plugin: find(plugin), settings }));
  return [
    ...found(appliancePlugin, [appliance]),
    ...found(issuerPlugin, [issuer, secondIssuer]),
    ...found(dnsPlugin, dns),
    ...found(httpSolverPlugin, [http]),
  ];
}

interface Parts<P> {
  readonly issuer?: P;
  readonly secondIssuer?: P;
  readonly dns?: P;
  readonly dnsRules?: readonly { readonly use: P }[] | undefined;
}

/** Who signs, and every DNS service, as far as they are chosen. */
function partsOf<P>({ issuer, secondIssuer, dns, dnsRules = [] }: Parts<P>): readonly NonNullable<P>[] {
  return [issuer, secondIssuer, dns, ...dnsRules.map(({ use }) => use)].filter(
    (part) => part !== null && part !== undefined,
  );
}

function isShared(part: PartInput): part is Extract<PartInput, { account: unknown }> {
  return 'account' in part;
}

function ownOf(parts: readonly Chosen[]): readonly PluginInput[] {
  return parts.flatMap((part) => (part && !isShared(part) ? [part] : []));
}
