import { AppError } from '../domain/errors.ts';
import { urlOf } from '../http01/solver.ts';
import type { Logger } from '../plugins/plugin.ts';
import type { Connection, JsonObject, RenewalRow, Store } from '../store/store.ts';
import type { Facts } from './facts.ts';
import { leftBy, type Proof, removeProof } from './proofs.ts';
import type { StepPeers } from './step.ts';

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
  peers(connection: Connection): Promise<StepPeers & AsyncDisposable>;
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

  async #rows(): Promise<readonly RenewalRow[]> {
    const { store } = this.#deps;
    const rows = await Promise.all((await leftoverIds(store)).map((id) => store.renewals.get(id)));
    return rows.filter((row) => row !== undefined);
  }

  async #sweepOne(row: RenewalRow, signal: AbortSignal): Promise<readonly Swept[]> {
    const left = leftBy(factsOf(row));
    const connection = await this.#deps.store.connections.get(row.connectionId);
    if (!connection) {
      const trouble = 'its connection was removed, and with it the account that published it';
      return left.map((proof) => ({ ...describe(row, proof), trouble }));
    }
    await using peers = await this.#deps.peers(connection);
    const swept: Swept[] = [];
    for (const proof of left) {
      const trouble = await this.#remove(row.id, proof, peers, signal);
      swept.push({ ...describe(row, proof), trouble });
    }
    await this.#forgetIfClean(row.id);
    return swept;
  }

  async #remove(id: string, proof: Proof, peers: StepPeers, signal: AbortSignal): Promise<string | null> {
    const { store, log } = this.#deps;
    try {
      await removeProof(proof, peers, signal);
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

  async #forgetIfClean(id: string): Promise<void> {
    await this.#deps.store.transaction(async (tx) => {
      const row = await tx.renewals.get(id);
      if (row && leftBy(factsOf(row)).length > 0) return;
      await tx.settings.put(
        LEFTOVERS,
        (await leftoverIds(tx)).filter((noted) => noted !== id),
      );
    });
  }
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
