import { dnsPlugin } from '../dns/index.ts';
import type { DnsProvider } from '../dns/provider.ts';
import { ruleFor } from '../dns/router.ts';
import { AppError } from '../domain/errors.ts';
import { type HttpSolver, urlOf } from '../http01/solver.ts';
import type { Logger } from '../plugins/plugin.ts';
import type { Connection, JsonObject, Part, PluginRef, RenewalRow, Store } from '../store/store.ts';
import { accountMark, pluginOf, sharedAccountOf } from './account-mark.ts';
import type { Facts, PublishedRecord } from './facts.ts';
import { resolvePart } from './parts.ts';
import { leftBy, type Proof } from './proofs.ts';

/** Ids of ended renewals that left records or files behind. */
const LEFTOVERS = 'dns.leftovers';

/** A challenge record or file that certferry published and could not remove. */
export interface Leftover {
  readonly renewalId: string;
  readonly connectionId: number;
  readonly kind: 'dns-01' | 'http-01';
  /** Of a file its URL. */
  readonly fqdn: string;
  readonly value: string;
}

export interface Swept extends Leftover {
  /** Null when it is gone now; otherwise why it is not. */
  readonly trouble: string | null;
}

interface SweeperDeps {
  readonly store: Store;
  readonly log: Logger;
  /** A DNS service alone, with the settings that are stored. */
  dns(ref: PluginRef): Promise<{ readonly dns: DnsProvider } & AsyncDisposable>;
  /** What places HTTP files, alone. */
  http01(ref: PluginRef): Promise<{ readonly http01: HttpSolver } & AsyncDisposable>;
}

/** Called in the transaction that ends a renewal. */
export async function noteLeftovers(tx: Store, renewalId: string, facts: Partial<Facts>): Promise<void> {
  if (leftBy(facts).length === 0) return;
  const noted = await leftoverIds(tx);
  await tx.settings.put(LEFTOVERS, [...noted, renewalId]);
}

/** Removes records and files that ended renewals left behind: only those it has a record of having published. */
export class Sweeper {
  readonly #deps: SweeperDeps;

  constructor(deps: SweeperDeps) {
    this.#deps = deps;
  }

  /** Changes nothing. */
  async list(): Promise<readonly Leftover[]> {
    const rows = await this.#rows();
    return rows.flatMap((row) => leftBy(factsOf(row)).map((proof) => describe(row, proof)));
  }

  /** Tries each once. One that fails stays noted for the next time. */
  async sweep(signal: AbortSignal): Promise<readonly Swept[]> {
    const swept: Swept[] = [];
    for (const row of await this.#rows()) swept.push(...(await this.#sweepOne(row, signal)));
    return swept;
  }

  /**
   * No longer tries to remove what a renewal left behind: for records that somebody has removed by hand, or that nobody
   * can remove any more.
   *
   * @throws AppError NOT_FOUND when it is not noted to have left anything
   */
  async forget(renewalId: string): Promise<void> {
    await this.#deps.store.transaction(async (tx) => {
      const noted = await leftoverIds(tx);
      if (!noted.includes(renewalId))
        throw new AppError('NOT_FOUND', `No renewal ${renewalId} is noted to have left anything.`);
      await unnote(tx, renewalId);
    });
    this.#deps.log.info({ renewalId }, 'left-over proofs forgotten');
  }

  async #rows(): Promise<readonly RenewalRow[]> {
    const { store } = this.#deps;
    const rows = await Promise.all((await leftoverIds(store)).map((id) => store.renewals.get(id)));
    return rows.filter((row) => row !== undefined);
  }

  async #sweepOne(row: RenewalRow, signal: AbortSignal): Promise<readonly Swept[]> {
    const left = leftBy(factsOf(row));
    const connection = (await this.#deps.store.connections.get(row.connectionId)) ?? null;
    const swept: Swept[] = [];
    for (const proof of left) {
      const trouble = await this.#remove(row.id, proof, connection, signal);
      swept.push({ ...describe(row, proof), trouble });
    }
    await this.#forgetIfClean(row.id);
    return swept;
  }

  async #remove(id: string, proof: Proof, connection: Connection | null, signal: AbortSignal): Promise<string | null> {
    const { store, log } = this.#deps;
    try {
      await this.#removeBy(proof, connection, signal);
      const row = await store.renewals.get(id);
      const cleaned = row ? (factsOf(row).cleaned ?? []) : [];
      await store.renewals.save(id, { facts: { cleaned: [...cleaned, proof.key] } as JsonObject });
      log.info({ renewalId: id, proof: proof.key }, 'left-over proof removed');
      return null;
    } catch (err) {
      signal.throwIfAborted();
      const { message } = AppError.from(err);
      log.warn({ renewalId: id, proof: proof.key, reason: message }, 'left-over proof not removed');
      return message;
    }
  }

  /** Through whoever published it, not through what the connection has today. */
  async #removeBy(proof: Proof, connection: Connection | null, signal: AbortSignal): Promise<void> {
    const { store } = this.#deps;
    if (proof.kind === 'http-01') {
      await using solver = await this.#deps.http01(requireConnection(connection).http);
      return await solver.http01.cleanUp(proof.token, signal);
    }
    const { record, receipt } = proof.published;
    await using account = await this.#deps.dns(
      await resolvePart(store, 'dns', publisherOf(proof.published, connection)),
    );
    await account.dns.cleanUp(record, receipt, signal);
  }

  async #forgetIfClean(id: string): Promise<void> {
    await this.#deps.store.transaction(async (tx) => {
      const row = await tx.renewals.get(id);
      if (row && leftBy(factsOf(row)).length > 0) return;
      await unnote(tx, id);
    });
  }
}

async function unnote(tx: Store, id: string): Promise<void> {
  const noted = await leftoverIds(tx);
  await tx.settings.put(
    LEFTOVERS,
    noted.filter((one) => one !== id),
  );
}

/** @throws AppError INVALID_SETTINGS when nobody has the settings any more with which the record was published */
function publisherOf({ record, account }: PublishedRecord, connection: Connection | null): Part {
  const shared = account === undefined ? null : sharedAccountOf(account);
  if (shared !== null) return { account: shared };
  const { dns, dnsRules } = requireConnection(connection);
  const routes = [{ suffix: null, use: dns }, ...dnsRules];
  const route =
    account === undefined ? ruleFor(record.fqdn, routes) : routes.find(({ use }) => accountMark(use) === account);
  if (route) return route.use;
  const what = account === undefined ? 'a DNS account' : `settings of ${dnsPlugin(pluginOf(account)).title}`;
  throw new AppError(
    'INVALID_SETTINGS',
    `It was published with ${what} that the connection no longer has. Delete it by hand, then forget it.`,
  );
}

/** @throws AppError INVALID_SETTINGS */
function requireConnection(connection: Connection | null): Connection {
  if (connection) return connection;
  throw new AppError(
    'INVALID_SETTINGS',
    'Its connection was removed, and with it the account that published it. Delete it by hand, then forget it.',
  );
}

/** Ids of renewals that the sweeper still needs. */
export async function leftoverIds(store: Store): Promise<readonly string[]> {
  const noted = await store.settings.get(LEFTOVERS);
  return Array.isArray(noted) ? noted.map(String) : [];
}

/** A row's facts were written by a renewal of this product. */
function factsOf({ facts }: RenewalRow): Partial<Facts> {
  return facts as Partial<Facts>;
}

function describe({ id, connectionId }: RenewalRow, proof: Proof): Leftover {
  const common = { renewalId: id, connectionId, kind: proof.kind };
  if (proof.kind === 'http-01') return { ...common, fqdn: urlOf(proof.token), value: proof.token.text };
  const { fqdn, value } = proof.published.record;
  return { ...common, fqdn, value };
}
