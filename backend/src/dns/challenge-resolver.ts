import { parse } from 'tldts';
import { AppError } from '../domain/errors.ts';
import type { PluginDeps } from '../plugins/plugin.ts';
import { askServer } from './answers.ts';
import { type Askable, authoritative, checkResolver } from './askable.ts';
import { findCaa } from './caa.ts';
import { findAddresses } from './host-addresses.ts';
import { requireName } from './names.ts';
import { createRecordSearch, type FoundRecord, type RecordSearch } from './record-search.ts';
import { createRecursive, systemResolvers } from './recursive.ts';
import {
  type ChallengeLocation,
  type ChallengeResolver,
  DEFAULT_PROPAGATION,
  type PropagationPolicy,
  type ResolverOptions,
} from './resolver.ts';
import { isResolverAhead } from './serials.ts';

const DEFAULT_TIMEOUT_MS = 3000;
/** As many as common resolvers follow. */
const MAX_ALIASES = 16;

/**
 * The resolver of dns/resolver.ts over real DNS. Keeps no state between calls.
 *
 * @throws AppError INVALID_SETTINGS when an address of the options is not `host:port`.
 */
export function createChallengeResolver(
  options: ResolverOptions,
  { clock, log, http }: Pick<PluginDeps, 'clock' | 'log' | 'http'>,
): ChallengeResolver {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, resolvers, nameServers } = options;
  const recursive = createRecursive(resolvers, { timeoutMs, http, log });

  function searchThrough(checkResolvers: readonly string[]): RecordSearch {
    const seen = checkResolvers.length > 0 ? createRecursive(checkResolvers, { timeoutMs, http, log }) : recursive;
    return createRecordSearch({ recursive: seen, nameServers, timeoutMs, log });
  }

  async function locate(
    recordName: string,
    signal: AbortSignal,
    { checkResolvers } = DEFAULT_PROPAGATION,
  ): Promise<ChallengeLocation> {
    const started = clock.now().getTime();
    const search = searchThrough(checkResolvers);
    const { path, found } = await followAliases(search, requireName(recordName), signal);
    const fqdn = path.at(-1) ?? '';
    const { zone, negativeTtlSeconds } = found;
    refuseRegistry(path, zone);
    const servers = await search.serversOf(found, signal);
    const tookMs = clock.now().getTime() - started;
    log.debug({ recordName, fqdn, zone, servers: servers.length, tookMs }, 'Challenge record located');
    const location = { fqdn, aliases: path.slice(0, -1), zone, servers };
    return negativeTtlSeconds === undefined ? location : { ...location, negativeTtlSeconds };
  }

  function whomToAsk({ servers }: ChallengeLocation, { mode, checkResolvers }: PropagationPolicy): readonly Askable[] {
    const own = mode === 'authoritative' || mode === 'both' ? servers : [];
    const others = mode === 'resolvers' || mode === 'both' ? orInstalled(checkResolvers) : [];
    return [
      ...own.map((server) => authoritative(server, { timeoutMs })),
      ...others.map((address) => checkResolver(address, { timeoutMs, http })),
    ];
  }

  function orInstalled(checkResolvers: readonly string[]): readonly string[] {
    if (checkResolvers.length > 0) return checkResolvers;
    return resolvers.length > 0 ? resolvers : systemResolvers();
  }

  return {
    locate,
    async look(fqdn, value, location, signal, policy = DEFAULT_PROPAGATION) {
      const { zone, aliases } = location;
      const start = aliases[0] ?? fqdn;
      const ask = (asked: Askable) =>
        askServer(asked, { name: asked.kind === 'resolver' ? start : fqdn, value, zone }, signal);
      const everybody = whomToAsk(location, policy);
      const answers = await Promise.all(everybody.map(ask));
      if (!isResolverAhead(answers)) return answers;
      // The zone may have changed in between, which is no reason to call a resolver another view.
      return await Promise.all(
        everybody.map((asked, index) => (asked.kind === 'resolver' && answers[index]) || ask(asked)),
      );
    },
    caa: (dnsName, signal) => findCaa(recursive, dnsName, signal),
    addresses: (host, signal) => findAddresses(recursive, host, signal),
  };
}

interface Followed {
  /** All names from the first to the one without a CNAME. */
  readonly path: readonly string[];
  readonly found: FoundRecord;
}

async function followAliases(search: RecordSearch, recordName: string, signal: AbortSignal): Promise<Followed> {
  const path = [recordName];
  for (let name = recordName; ; ) {
    const found = await search.find(name, signal).catch(explain(path));
    if (found.alias === null) return { path, found };
    name = found.alias;
    if (path.includes(name)) throw aliasTrouble('the aliases run in a circle', [...path, name]);
    if (path.length > MAX_ALIASES) throw aliasTrouble(`more than ${MAX_ALIASES} aliases`, [...path, name]);
    path.push(name);
  }
}

function aliasTrouble(what: string, path: readonly string[]): AppError {
  return new AppError('DNS_ZONE_NOT_FOUND', `${path[0]} leads nowhere: ${what}.`, {
    evidence: { body: path.join(' -> ').slice(0, 2000) },
  });
}

/** A target that nobody answers for is a fault of the alias, not of the resolvers. */
function explain(path: readonly string[]): (err: unknown) => never {
  return (err) => {
    if (path.length === 1 || !(err instanceof AppError) || err.code !== 'DNS_UNREACHABLE') throw err;
    const evidence = err.evidence ? { evidence: err.evidence } : {};
    throw new AppError('DNS_UNREACHABLE', `${aliasWords(path)}, for which nobody answers.`, {
      cause: err,
      ...evidence,
    });
  };
}

function aliasWords(path: readonly string[]): string {
  return `${path[0]} is an alias (CNAME) for ${path.at(-1)}`;
}

/** The zone of a name that nobody delegated is that of a registry, where no record of ours can ever be. */
function refuseRegistry(path: readonly string[], zone: string): void {
  const { publicSuffix, isIcann } = parse(zone, { allowPrivateDomains: false, extractHostname: false });
  const isRegistry = isIcann === true && publicSuffix === zone;
  if (zone !== '' && !isRegistry) return;
  const closest = zone === '' ? 'the root' : `"${zone}"`;
  const who = path.length > 1 ? `${aliasWords(path)}, which` : path[0];
  throw new AppError('DNS_ZONE_NOT_FOUND', `${who} is in no delegated zone: the closest is ${closest}.`);
}
