import { type AccountDescription, prepareAccount } from './accounts.ts';
import type { ApplianceDriver, ApplianceIdentity, DiscoveredNode } from './appliances/driver.ts';
import { appliancePlugin } from './appliances/index.ts';
import { type ConnectionRequest, existing, prepareConnection } from './connections.ts';
import { type CertificateFacts, type CsrFacts, readCsr } from './domain/certificate.ts';
import { AppError, ERRORS } from './domain/errors.ts';
import type { Finding } from './domain/finding.ts';
import { Peers, type PeersDeps } from './renewal/peers.ts';
import { type PreflightOptions, preflight } from './renewal/preflight.ts';
import type { AccountFamily } from './store/accounts.ts';
import { type PluginInput, prepareRef } from './store/plugin-refs.ts';
import type { Connection, PluginRef, Store, Vault, VaultEntry } from './store/store.ts';

export interface AccountTest {
  readonly findings: readonly Finding[];
  /** What a DNS account can write, as far as the service tells; null for an issuer. */
  readonly zones: readonly string[] | null;
}

/** What an appliance says of itself and of one slot to somebody who logs in. */
export interface ApplianceAnswer extends ApplianceIdentity {
  readonly installed: CertificateFacts | null;
  /** The request that waits in the slot. */
  readonly pending: CsrFacts | null;
  /** Of its cluster, itself among them; null where there is none, or where it does not say. */
  readonly nodes: readonly DiscoveredNode[] | null;
}

/** Tries settings that are not stored, or not yet. Nothing is changed, here or there. */
export class Trials {
  readonly #deps: PeersDeps;

  constructor(deps: PeersDeps) {
    this.#deps = deps;
  }

  /**
   * Secrets that are not given are those of `current`.
   *
   * @throws AppError INVALID_SETTINGS. What the other end refuses is a finding.
   */
  async account(
    family: AccountFamily,
    input: Omit<AccountDescription, 'name'>,
    current: PluginRef | null,
    signal: AbortSignal,
  ): Promise<AccountTest> {
    const store = withDraftVault(this.#deps.store);
    return this.#test(family, await prepareAccount(store, family, input, current), store, signal);
  }

  storedAccount(family: AccountFamily, ref: PluginRef, signal: AbortSignal): Promise<AccountTest> {
    return this.#test(family, ref, this.#deps.store, signal);
  }

  /** All that a renewal of `input` would need; what it lacks is a finding. `current`: the connection that it replaces. */
  async connection(
    input: ConnectionRequest,
    current: Connection | null,
    options: PreflightOptions,
    signal: AbortSignal,
  ): Promise<readonly Finding[]> {
    const store = withDraftVault(this.#deps.store);
    const prepared = await prepareConnection(store, { ...input, draft: true }, current);
    const stored = {
      id: current?.id ?? 0,
      ownerId: current?.ownerId ?? null,
      createdAt: this.#deps.clock.now().toISOString(),
      version: 0,
    };
    const connection: Connection = { ...prepared, ...stored };
    return this.#preflight(connection, store, options, signal);
  }

  /** @throws AppError NOT_FOUND, INVALID_SETTINGS */
  async storedConnection(id: number, options: PreflightOptions, signal: AbortSignal): Promise<readonly Finding[]> {
    const { store } = this.#deps;
    return this.#preflight(await existing(store, id), store, options, signal);
  }

  /** Logs in. @throws AppError INVALID_SETTINGS, and what an appliance driver throws */
  async appliance(
    input: PluginInput,
    slot: string,
    current: PluginRef | null,
    signal: AbortSignal,
  ): Promise<ApplianceAnswer> {
    const store = withDraftVault(this.#deps.store);
    const ref = await prepareRef(store.vault, appliancePlugin(input.plugin), input, current, 'connection:');
    await using peers = new Peers({ ...this.#deps, store });
    await using built = await peers.appliance(ref);
    const { appliance } = built;
    const identity = await appliance.identify(signal);
    const installed = await appliance.readInstalled(slot, signal);
    const pending = (await appliance.csr?.pending(slot, signal)) ?? null;
    return {
      ...identity,
      installed: installed === 'unreadable' ? null : installed,
      pending: pending === null ? null : readCsr(pending),
      nodes: await nodesOf(appliance, signal),
    };
  }

  async #test(family: AccountFamily, ref: PluginRef, store: Store, signal: AbortSignal): Promise<AccountTest> {
    await using peers = new Peers({ ...this.#deps, store });
    if (family === 'issuer') return { findings: await (await peers.issuer(ref)).check(signal), zones: null };
    await using built = await peers.dns(ref);
    const about = { id: 'dns.account', title: 'DNS account' };
    try {
      const zones = await built.dns.check(signal);
      const answer = zones.length > 0 ? `can write ${zones.join(', ')}` : 'accepted; it does not list its zones';
      return { findings: [{ ...about, outcome: 'ok', answer }], zones };
    } catch (err) {
      signal.throwIfAborted();
      const { code, message } = AppError.from(err);
      return { findings: [{ ...about, outcome: 'block', answer: message, todo: ERRORS[code].action }], zones: [] };
    }
  }

  async #preflight(
    connection: Connection,
    store: Store,
    options: PreflightOptions,
    signal: AbortSignal,
  ): Promise<readonly Finding[]> {
    if (connection.incomplete.length > 0) return lacks(connection);
    const { clock } = this.#deps;
    await using peers = new Peers({ ...this.#deps, store });
    await using context = await peers.of(connection);
    return await preflight({ ...context, connection, issuances: store.issuances, clock, signal }, options);
  }
}

/** Not to know them refuses nothing: before its SSH key is trusted, an appliance that tells them over SSH is not asked. */
async function nodesOf({ cluster }: ApplianceDriver, signal: AbortSignal): Promise<readonly DiscoveredNode[] | null> {
  try {
    return (await cluster?.discover(signal)) ?? null;
  } catch (err) {
    signal.throwIfAborted();
    if (err instanceof AppError) return null;
    throw err;
  }
}

function lacks({ incomplete }: Connection): readonly Finding[] {
  const todo = ERRORS.CONNECTION_INCOMPLETE.action;
  return [
    ...incomplete.map(
      ({ part, sentence }): Finding => ({
        id: `incomplete.${part}`,
        title: MISSING_TITLES[part],
        outcome: 'block',
        answer: sentence,
        todo,
      }),
    ),
    { id: 'incomplete.rest', title: 'The rest', outcome: 'skipped', answer: 'is looked at once nothing is missing' },
  ];
}

const MISSING_TITLES: Readonly<Record<Connection['incomplete'][number]['part'], string>> = {
  appliance: 'Appliance',
  slot: 'Slot',
  dnsNames: 'Names',
  issuer: 'Certificate authority',
  secondIssuer: 'Second CA',
  dns: 'DNS account',
  dnsRules: 'DNS accounts for some domains',
  http: 'HTTP files',
};

/** The same store, but what is put into the vault stays in memory. */
function withDraftVault(store: Store): Store {
  const drafts = new Map<string, VaultEntry>();
  const { vault } = store;
  const overlaid: Vault = {
    put: async (name, entry) => {
      drafts.set(name, entry);
    },
    get: async (name) => drafts.get(name) ?? (await vault.get(name)),
    sealOf: (name) => vault.sealOf(name),
    remove: async (name) => {
      drafts.delete(name);
    },
    names: () => vault.names(),
  };
  return { ...store, vault: overlaid };
}
