import pLimit from 'p-limit';
import type { Config } from '../config/config.ts';
import { checkResolver } from '../dns/askable.ts';
import { createChallengeResolver } from '../dns/challenge-resolver.ts';
import { createPropagationHistory } from '../dns/history.ts';
import { systemResolvers } from '../dns/recursive.ts';
import { AppError, ERRORS } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import { reachFor } from '../http01/reach-for.ts';
import { TokenBoard } from '../http01/token-board.ts';
import { CallLog } from '../plugins/call-log.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import { createSshDialer } from '../plugins/ssh2-dialer.ts';
import type { TlsEndpoint } from '../plugins/tls.ts';
import { createTlsDialer } from '../plugins/tls-dialer.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import { type ResolvedConnection, resolveConnection } from '../renewal/parts.ts';
import { Peers } from '../renewal/peers.ts';
import { nameOf } from '../renewal/steps/look.ts';
import { accountsDirToRead } from '../store/accounts-dir.ts';
import type { Connection, PluginRef, Store } from '../store/store.ts';
import { VERSION } from '../version.ts';
import { block, ok, skipped, warn, wordsOf } from './finding.ts';

/** Milliseconds for one thing that is looked at. */
const PATIENCE_MS = 20_000;
const AT_ONCE = 8;
const RESOLVER_MS = 3_000;

export interface OutsideDeps {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Whoever certferry talks to: DNS resolvers, CAs, DNS services, and the endpoints of appliances, each once however many connections have
 * it. Changes nothing, and logs in at no appliance: a wrong password would be tried once more than it need be.
 */
export async function examineOutside(deps: OutsideDeps): Promise<readonly Finding[]> {
  const { config, store, clock, log } = deps;
  const common = { clock, log, http: createHttpFactory(), ssh: createSshDialer(), store };
  const challengeResolver = createChallengeResolver(config, common);
  const userAgent = `certferry/${VERSION}`;
  await using peers = new Peers({
    ...common,
    accounts: accountsDirToRead(config.accountsDir),
    resolver: challengeResolver,
    history: createPropagationHistory(store.settings),
    dialer: createTlsDialer(),
    userAgent,
    board: new TokenBoard(),
    callLog: new CallLog(clock),
    reach: reachFor(challengeResolver, config, userAgent),
  });
  const { usable, findings } = await connections(store);
  const limit = pLimit(AT_ONCE);
  const looks = [
    ...resolvers(config).map((address) => () => resolver(address, deps)),
    ...distinct(usable.flatMap(({ issuer, secondIssuer }) => [issuer, ...(secondIssuer ? [secondIssuer] : [])])).map(
      (ref, index) => () => ca(ref, index, peers, deps),
    ),
    ...distinct(
      usable
        .flatMap(({ dns, dnsRules }) => [dns, ...dnsRules.map(({ use }) => use)])
        .filter(({ plugin }) => plugin !== ''),
    ).map((ref, index) => () => dnsService(ref, index, peers, deps)),
    ...(await endpointLooks(usable, peers, deps)),
  ];
  const found = await Promise.all(looks.map((look) => limit(look)));
  return [...findings, ...found.flat()];
}

/** Those that can be used as they are stored. */
async function connections(store: Store) {
  const usable: ResolvedConnection[] = [];
  const findings: Finding[] = [];
  for (const connection of await store.connections.all()) {
    try {
      usable.push(await resolveConnection(connection, store));
    } catch (err) {
      findings.push(unusable(connection, err));
    }
  }
  return { usable, findings };
}

function unusable({ id, name }: Pick<Connection, 'id' | 'name'>, err: unknown): Finding {
  const about = { id: `connection.${id}`, title: `Connection ${name}` };
  return warn(about, wordsOf(err), ERRORS[AppError.from(err).code].action);
}

function distinct(refs: readonly PluginRef[]): readonly PluginRef[] {
  return [...new Map(refs.map((ref) => [JSON.stringify(ref), ref])).values()];
}

function resolvers({ resolvers: configured }: Config): readonly string[] {
  return configured.length > 0 ? configured : systemResolvers();
}

async function resolver(address: string, { signal }: OutsideDeps): Promise<readonly Finding[]> {
  const about = { id: `dns.resolver.${address}`, title: `DNS resolver ${address}` };
  try {
    const asked = checkResolver(address, { timeoutMs: RESOLVER_MS, http: createHttpFactory() });
    const { latencyMs, rcode } = await asked.ask({ name: '.', type: 'NS' }, signal);
    return [ok(about, `answers in ${Math.round(latencyMs)} ms (${rcode})`)];
  } catch (err) {
    signal.throwIfAborted();
    return [block(about, wordsOf(err), 'Name resolvers that answer: CERTFERRY_RESOLVERS, or those of the system.')];
  }
}

async function ca(ref: PluginRef, index: number, peers: Peers, deps: OutsideDeps): Promise<readonly Finding[]> {
  const { directory } = ref.settings;
  const host = typeof directory === 'string' && URL.canParse(directory) ? new URL(directory).host : ref.plugin;
  return guarded({ id: `ca.${index + 1}`, title: `CA ${host}` }, deps, async (signal) => {
    const findings = await (await peers.issuer(ref)).check(signal);
    return findings.map((one) => ({ ...one, id: `ca.${index + 1}.${one.id}`, title: `${host}: ${one.title}` }));
  });
}

async function dnsService(ref: PluginRef, index: number, peers: Peers, deps: OutsideDeps): Promise<readonly Finding[]> {
  const about = { id: `dns.service.${index + 1}`, title: `DNS service ${ref.plugin}` };
  return guarded(about, deps, async (signal) => {
    await using service = await peers.dns(ref);
    const zones = await service.dns.check(signal);
    return [ok(about, zones.length > 0 ? `can write ${zones.join(', ')}` : 'accepted; it does not list its zones')];
  });
}

type Look = () => Promise<readonly Finding[]>;

async function endpointLooks(
  usable: readonly ResolvedConnection[],
  peers: Peers,
  deps: OutsideDeps,
): Promise<readonly Look[]> {
  const endpoints = new Map<string, TlsEndpoint>();
  const looks: Look[] = [];
  for (const connection of usable) {
    const about = { id: `connection.${connection.id}`, title: `Connection ${connection.name}` };
    const findings = await guarded(about, deps, async (signal) => {
      await using peer = await peers.appliance(connection.appliance);
      for (const one of await peer.appliance.endpoints(connection.slot, signal)) endpoints.set(nameOf(one), one);
      return [];
    });
    looks.push(async () => findings);
  }
  return [
    ...looks,
    ...[...endpoints].map(
      ([name, one]) =>
        () =>
          endpoint(name, one, deps),
    ),
  ];
}

async function endpoint(name: string, target: TlsEndpoint, deps: OutsideDeps): Promise<readonly Finding[]> {
  const about = { id: `endpoint.${name}`, title: `Endpoint ${name}` };
  try {
    await createTlsDialer().served(target, deps.signal);
    return [ok(about, 'answers with a certificate')];
  } catch (err) {
    deps.signal.throwIfAborted();
    return [block(about, wordsOf(err), 'Check the address, and the way from this machine to that port.')];
  }
}

async function guarded(
  about: Pick<Finding, 'id' | 'title'>,
  { signal }: OutsideDeps,
  look: (signal: AbortSignal) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
  } catch (err) {
    signal.throwIfAborted();
    if (err instanceof DOMException) return [skipped(about, `gave no answer within ${PATIENCE_MS / 1_000} seconds`)];
    return [block(about, wordsOf(err), ERRORS[AppError.from(err).code].action)];
  }
}
