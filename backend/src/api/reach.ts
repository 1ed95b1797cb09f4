import type { Authority } from '../access/authority.ts';
import { type ConnectionRequest, credentialsOf, type PartInput, type PluginInput } from '../connections.ts';
import { AppError } from '../domain/errors.ts';
import { isAccountUse } from '../renewal/parts.ts';
import type { Connection } from '../store/store.ts';

/** DNS services that run programs of the host: whoever chooses them has all that the daemon has. */
const RUN_PROGRAMS = ['exec', 'acme-sh'];
/** Writes into folders of the host, as the daemon may. */
const WRITES_FOLDERS = 'webroot';

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

/** Accounts, credentials and programs alone: for what somebody may add in spite of being limited. @throws AppError FORBIDDEN */
export function refuseForeignParts(authority: Authority, input: ConnectionRequest, current: Connection | null): void {
  if (!authority.limited) return;
  const { actor } = authority;
  const parts = partsOf(input);
  const program = ownOf(parts).find(({ plugin }) => RUN_PROGRAMS.includes(plugin));
  if (program)
    throw new AppError(
      'FORBIDDEN',
      `The DNS service "${program.plugin}" runs programs of the host; ${actor} may not choose it.`,
    );
  if (input.http?.plugin === WRITES_FOLDERS)
    throw new AppError(
      'FORBIDDEN',
      `HTTP files in a folder are written with the rights of the daemon; ${actor} may not choose that.`,
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
