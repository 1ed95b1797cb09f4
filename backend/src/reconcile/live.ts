import type { Budget } from '../domain/budget.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import { sharedAbort } from '../plugins/shared-abort.ts';
import { readState } from '../renewal/machine.ts';
import type { RenewalOptions, Runner } from '../renewal/runner.ts';
import { every } from '../renewal/schedule.ts';
import type { StepPeers } from '../renewal/step.ts';
import type { DomainEvent } from '../store/events.ts';
import type { Connection, RenewalRow, Store } from '../store/store.ts';
import { allowanceFor } from './budget-for.ts';
import { cautionsOf, type Explanation, explain, type RenewalInHand } from './explain.ts';
import { createEyes } from './eyes.ts';
import { readMemory } from './memory.ts';
import { Reconciler, type ReconcilerDeps } from './reconciler.ts';

export interface LiveDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly runner: Pick<Runner, 'start'>;
  readonly opensAt: ReconcilerDeps['opensAt'];
  readonly lookEveryMs: number;
  /** Called after every round that came to its end: the proof that the schedule runs. */
  onRound(at: Date): Promise<void>;
  peers(connection: Connection): Promise<StepPeers & AsyncDisposable>;
}

const EVERY_MINUTE = '* * * * *';

/** The reconciler on the daemon's clock: every minute, and at once when something happened that it has to know. */
export class LiveReconciler implements AsyncDisposable {
  readonly #deps: LiveDeps;
  readonly #reconciler: Reconciler;
  readonly #stop = sharedAbort();
  #minutes: AsyncDisposable | null = null;
  #listening: Promise<void> = Promise.resolve();
  #round: Promise<void> | null = null;
  /** Something happened after the round that runs began. */
  #again = false;

  constructor(deps: LiveDeps) {
    this.#deps = deps;
    const { runner, ...shared } = deps;
    this.#reconciler = new Reconciler({
      ...shared,
      eyes: createEyes(deps),
      start: (id, { goal, issuer, useFallback = false }) =>
        runner.start(id, 'schedule', { goal, activation: null, issuer, useFallback } satisfies RenewalOptions),
      random: Math.random,
    });
  }

  async start(): Promise<void> {
    const { log, store } = this.#deps;
    this.#minutes = every(EVERY_MINUTE, () => this.#ring(), log);
    const cursor = await store.events.latest();
    this.#listening = this.#listen(cursor).catch((err: unknown) => log.error({ err }, 'reconciler hears no events'));
  }

  /** Why the connection is, or is not, renewed now. */
  async explain(connection: Connection): Promise<Explanation> {
    const { store, clock } = this.#deps;
    const row = await store.watches.get(connection.id);
    const [newest] = await store.renewals.list({ connectionId: connection.id, limit: 1 });
    const view = { memory: row ? readMemory(row) : null, nextAt: row?.nextAt ?? null };
    return explain(view, connection, newest ? inHand(newest) : null, clock.now());
  }

  /** What is left of the CA's limits, and what a person who renews now should know. */
  async allowance(
    connection: Connection,
    issuerKey: string,
  ): Promise<{ readonly budget: Budget; readonly cautions: readonly string[] }> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const row = await store.watches.get(connection.id);
    const memory = row ? readMemory(row) : null;
    const ari = memory?.ari ?? null;
    const { budget } = await allowanceFor(store.issuances, { connection, issuerKey, ari, now });
    return { budget, cautions: cautionsOf(await this.explain(connection), budget) };
  }

  /** Calendars have changed. */
  async reconsider(): Promise<void> {
    await this.#reconciler.reconsider();
    await this.#ring();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#minutes?.[Symbol.asyncDispose]();
    await this.#listening;
    await this.#round;
  }

  async #listen(cursor: number): Promise<void> {
    for await (const { event } of this.#deps.store.events.follow(cursor, this.#stop.signal)) {
      if (concerns(event)) void this.#ring();
    }
  }

  /** A round, and another one when something happened meanwhile. */
  #ring(): Promise<void> {
    this.#again = true;
    this.#round ??= this.#rounds().finally(() => {
      this.#round = null;
    });
    return this.#round;
  }

  async #rounds(): Promise<void> {
    while (this.#again && !this.#stop.signal.aborted) {
      this.#again = false;
      try {
        await this.#reconciler.tick(this.#stop.signal);
        await this.#deps.onRound(this.#deps.clock.now());
      } catch (err) {
        this.#deps.log.error({ err }, 'round of the reconciler failed');
      }
    }
  }
}

function concerns({ type }: DomainEvent): boolean {
  return (
    type === 'certificate.revoked' ||
    type === 'connection.created' ||
    type === 'connection.changed' ||
    type === 'renewal.finished'
  );
}

/** Null for one that has ended, or that this version cannot read. */
function inHand({ id, state, machineVersion, finishedAt }: RenewalRow): RenewalInHand | null {
  if (finishedAt !== null) return null;
  try {
    return { id, state: readState(state, machineVersion) };
  } catch {
    return null;
  }
}
