import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { ApplianceDriver } from '../appliances/driver.ts';
import { appliancePlugin } from '../appliances/index.ts';
import type { PropagationHistory } from '../dns/history.ts';
import { dnsPlugin } from '../dns/index.ts';
import type { DnsProvider } from '../dns/provider.ts';
import type { ChallengeResolver } from '../dns/resolver.ts';
import { createDnsRouter, type DnsRouter } from '../dns/router.ts';
import { splitPem } from '../domain/certificate.ts';
import { Secret } from '../domain/secret.ts';
import { httpSolverPlugin } from '../http01/index.ts';
import type { Reach } from '../http01/reach.ts';
import type { HttpSolver } from '../http01/solver.ts';
import type { TokenBoard } from '../http01/token-board.ts';
import { issuerPlugin } from '../issuers/index.ts';
import type { Issuer, IssuerDeps } from '../issuers/issuer.ts';
import type { CallLog } from '../plugins/call-log.ts';
import { ClientPool } from '../plugins/client-pool.ts';
import type { HttpFactory } from '../plugins/http.ts';
import type { Plugin, PluginDeps } from '../plugins/plugin.ts';
import { type Recorder, recordedHttp, recordedSsh } from '../plugins/recorder.ts';
import { parseSettings } from '../plugins/settings.ts';
import type { TlsDialer } from '../plugins/tls.ts';
import type { AccountsDir } from '../store/accounts-dir.ts';
import { readSettings } from '../store/plugin-refs.ts';
import type { Connection, Part, PluginRef, Store } from '../store/store.ts';
import { accountMark } from './account-mark.ts';
import { ownKeys } from './own-keys.ts';
import { isAccountUse, type ResolvedConnection, resolveConnection, resolvePart } from './parts.ts';
import type { SecondCa } from './second-ca.ts';
import type { StepPeers } from './step.ts';

export interface PeersDeps extends PluginDeps {
  readonly store: Store;
  readonly accounts: AccountsDir;
  readonly resolver: ChallengeResolver;
  readonly history: PropagationHistory;
  readonly dialer: TlsDialer;
  readonly userAgent: string;
  readonly board: TokenBoard;
  readonly reach: Reach;
  /** In place of the drivers of the plugins. */
  readonly driverOf?: () => ApplianceDriver;
  readonly callLog: CallLog;
  /** For issuers, in place of `http`. */
  readonly caHttp?: HttpFactory;
}

/**
 * Builds what a renewal talks to from a connection and the vault.
 *
 * Drivers and DNS providers are made anew for each step, so that a changed password or pin counts at once. Issuers are
 * kept: they hold the CA's directory and unused nonces, which belong to no renewal.
 */
export class Peers implements AsyncDisposable {
  readonly #deps: PeersDeps;
  readonly #issuers = new Map<string, Issuer>();
  readonly #clients = new ClientPool();

  constructor(deps: PeersDeps) {
    this.#deps = deps;
  }

  /**
   * `recorder` hears what is said to the appliance.
   *
   * @throws AppError CONNECTION_INCOMPLETE, INVALID_SETTINGS, VAULT_DAMAGED
   */
  async of(stored: Connection, recorder?: Recorder): Promise<StepPeers & AsyncDisposable> {
    const { resolver, history, dialer, accounts, store, reach, driverOf, callLog } = this.#deps;
    const connection = await resolveConnection(stored, store);
    const clients = new ClientPool();
    const deps = { ...this.#deps, http: clients.factory(this.#deps.http) };
    const [firstName = connection.name] = connection.dnsNames;
    return {
      appliance:
        driverOf?.() ??
        (await build(
          connection.appliance,
          appliancePlugin(connection.appliance.plugin),
          recorder ? { ...deps, http: recordedHttp(deps.http, recorder), ssh: recordedSsh(deps.ssh, recorder) } : deps,
          store,
        )),
      dns: await this.#router(stored, { ...deps, http: callLog.heard(deps.http, 'DNS') }),
      http01: isUnchosen(connection.http)
        ? null
        : await build(connection.http, httpSolverPlugin(connection.http.plugin), deps, store),
      reach,
      issuer: await this.issuer(connection.issuer),
      second: await this.#second(connection),
      files: accounts.connectionFolder({ id: connection.id, firstName }),
      keys: ownKeys(store.vault, connection.id),
      resolver,
      history,
      dialer,
      [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose](),
    };
  }

  async #second({ secondIssuer, secondChain }: ResolvedConnection): Promise<SecondCa | null> {
    if (!secondIssuer) return null;
    return { issuer: await this.issuer(secondIssuer), caPems: secondChain === null ? null : splitPem(secondChain) };
  }

  async #router({ dns, dnsRules }: Connection, deps: PluginDeps): Promise<DnsRouter> {
    const routes = [...(isUnchosen(dns) ? [] : [{ suffix: null, use: dns }]), ...dnsRules];
    const routed = routes.map(async ({ suffix, use }) => {
      const ref = await resolvePart(this.#deps.store, 'dns', use);
      const provider = await build(ref, dnsPlugin(ref.plugin), deps, this.#deps.store);
      return { suffix, provider, account: accountMark(use) };
    });
    return createDnsRouter(await Promise.all(routed));
  }

  /** The driver of an appliance alone. @throws AppError INVALID_SETTINGS, VAULT_DAMAGED */
  async appliance(ref: PluginRef): Promise<{ readonly appliance: ApplianceDriver } & AsyncDisposable> {
    const clients = new ClientPool();
    const deps = { ...this.#deps, http: clients.factory(this.#deps.http) };
    const appliance = await build(ref, appliancePlugin(ref.plugin), deps, this.#deps.store);
    return { appliance, [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose]() };
  }

  /** A DNS service alone. @throws AppError INVALID_SETTINGS, VAULT_DAMAGED */
  async dns(ref: PluginRef): Promise<{ readonly dns: DnsProvider } & AsyncDisposable> {
    const clients = new ClientPool();
    const deps = { ...this.#deps, http: clients.factory(this.#deps.http) };
    const dns = await build(ref, dnsPlugin(ref.plugin), deps, this.#deps.store);
    return { dns, [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose]() };
  }

  /** What places HTTP files, alone. @throws AppError INVALID_SETTINGS, VAULT_DAMAGED */
  async http01(ref: PluginRef): Promise<{ readonly http01: HttpSolver } & AsyncDisposable> {
    const clients = new ClientPool();
    const deps = { ...this.#deps, http: clients.factory(this.#deps.http) };
    const http01 = await build(ref, httpSolverPlugin(ref.plugin), deps, this.#deps.store);
    return { http01, [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose]() };
  }

  /** @throws AppError INVALID_SETTINGS, VAULT_DAMAGED */
  async issuerOf({ issuer }: Connection): Promise<Issuer> {
    return this.issuer(await resolvePart(this.#deps.store, 'issuer', issuer));
  }

  /** Null: the connection has no second CA. @throws AppError INVALID_SETTINGS, VAULT_DAMAGED */
  async secondIssuerOf({ secondIssuer }: Connection): Promise<Issuer | null> {
    return secondIssuer && this.issuer(await resolvePart(this.#deps.store, 'issuer', secondIssuer));
  }

  async issuer(ref: PluginRef): Promise<Issuer> {
    const plugin = issuerPlugin(ref.plugin);
    const settings = await readSettings(ref, this.#deps.store.vault);
    const key = `${plugin.id} ${digest(settings)}`;
    const known = this.#issuers.get(key);
    if (known) return known;
    const issuer = plugin.create(parseSettings(plugin.title, plugin.settings, settings), this.#issuerDeps());
    this.#issuers.set(key, issuer);
    return issuer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#clients[Symbol.asyncDispose]();
  }

  #issuerDeps(): IssuerDeps {
    const { http, caHttp = http, accounts, userAgent, callLog, ...deps } = this.#deps;
    return {
      ...deps,
      userAgent,
      http: callLog.heard(this.#clients.factory(caHttp), 'CA'),
      accountFolder: (name) => accounts.issuerFolder(name),
    };
  }
}

function isUnchosen(part: Part): boolean {
  return !isAccountUse(part) && part.plugin === '';
}

async function build<Instance extends ApplianceDriver | DnsProvider | HttpSolver, Deps extends PluginDeps>(
  ref: PluginRef,
  plugin: Plugin<z.ZodObject, Instance, Deps>,
  deps: Deps,
  store: Store,
): Promise<Instance> {
  const settings = await readSettings(ref, store.vault);
  return plugin.create(parseSettings(plugin.title, plugin.settings, settings), deps);
}

type Settings = Readonly<Record<string, unknown>>;

/** Changes whenever a setting or a secret changes; the secrets cannot be read from it. */
function digest(settings: Settings): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(settings).sort(([a], [b]) => a.localeCompare(b))) {
    hash.update(JSON.stringify([name, isSecret(value) ? value.reveal() : value]));
  }
  return hash.digest('hex');
}

function isSecret(value: unknown): value is Secret {
  return value instanceof Secret;
}
