import { randomBytes } from 'node:crypto';
import { described } from '../accounts.ts';
import { servesNothing } from '../appliances/index.ts';
import { AppError } from '../domain/errors.ts';
import type { WhichIssuer } from '../domain/which-issuer.ts';
import type { Connection, JsonObject, RenewalPolicy, RenewalRow, Store } from '../store/store.ts';
import type { Facts, Goal, Target } from './facts.ts';
import { initialState, MACHINE_VERSION } from './machine.ts';
import { refuseIncomplete, resolvePart } from './parts.ts';
import { reportStart } from './reports.ts';
import { RenewalRun, type RunDeps } from './run.ts';
import { noteLeftovers } from './sweeper.ts';

export type StartedBy = 'schedule' | 'operator';

export interface RenewalOptions {
  readonly goal: Goal;
  /**
   * In place of what the connection's policy says; null: as it says. `automatic` is a person's wish to restart now, and does not wait
   * for the restart calendar either.
   */
  readonly activation: RenewalPolicy['activation'] | null;
  /** Which CA of the connection is asked; the first unless said otherwise. For the goal `fallback` always the second. */
  readonly issuer?: WhichIssuer;
  /** The fallback certificate is put to use in place of a new one. */
  readonly useFallback?: boolean;
}

/** Writes something in the transaction in which a renewal is begun. */
export type StartNote = (tx: Store, renewalId: string) => Promise<void>;

const TO_THE_END: RenewalOptions = { goal: 'serve', activation: null };

/** Starts renewals, resumes those that another process left unfinished, and hands them what people ask. */
export class Runner implements AsyncDisposable {
  readonly #deps: RunDeps;
  readonly #runs = new Map<string, RenewalRun>();

  constructor(deps: RunDeps) {
    this.#deps = deps;
  }

  /**
   * Stores a renewal, its first state and its first events, and begins it. Returns its id at once. `actor` is the user
   * or API token that asked.
   *
   * @throws AppError NOT_FOUND, CONNECTION_INCOMPLETE, RENEWAL_RUNNING; INVALID_SETTINGS when there is no second CA to ask
   */
  async start(
    connectionId: number,
    by: StartedBy,
    options = TO_THE_END,
    actor?: string,
    together?: StartNote,
  ): Promise<string> {
    const { store, clock } = this.#deps;
    const row = await store.transaction(async (tx) => {
      const connection = await tx.connections.get(connectionId);
      if (!connection) throw new AppError('NOT_FOUND', `There is no connection ${connectionId}.`);
      refuseIncomplete(connection);
      refuseMissingSecond(connection, options);
      refuseUselessFallback(connection, options);
      const id = renewalId(clock.now());
      const goal = goalFor(connection, options.goal);
      const state = initialState(goal);
      const target = targetOf(connection, by, { ...options, goal });
      const practice = await isForPractice(tx, connection, target);
      const facts = { target: { ...target, practice } } as unknown as JsonObject;
      const row = await tx.renewals.begin({
        id,
        connectionId,
        state: state as never,
        machineVersion: MACHINE_VERSION,
        facts,
      });
      await tx.events.append(reportStart(id, connectionId, by, state, actor));
      await together?.(tx, id);
      return row;
    });
    this.#begin(new RenewalRun(row, this.#deps));
    return row.id;
  }

  /** Goes on with everything unfinished. One that this version cannot read is ended, with the reason. */
  async resumeAll(): Promise<void> {
    for (const row of await this.#deps.store.renewals.unfinished()) {
      if (this.#runs.has(row.id)) continue;
      try {
        this.#begin(new RenewalRun(row, this.#deps));
      } catch (err) {
        await this.#abandon(row, AppError.from(err));
      }
    }
  }

  /** @throws AppError TOO_LATE_TO_CANCEL, NOT_FOUND */
  async cancel(id: string, actor?: string): Promise<void> {
    await (await this.#find(id)).cancel(actor);
  }

  /** Releases a hold, or tries again now. @throws AppError NOT_HELD, CONFIRMATION_NEEDED, NOT_FOUND */
  async resume(id: string, typed: string | null = null, actor?: string): Promise<void> {
    await (await this.#find(id)).resume(typed, actor);
  }

  /** Calendars have changed: what waits for an instant of its own looks again. */
  async reconsider(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.reconsider()));
  }

  /** Resolves when the renewal has ended in this process. */
  async ended(id: string): Promise<void> {
    await this.#runs.get(id)?.end;
  }

  /** Interrupts every run; each can be resumed by another process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#runs.values()].map((run) => run.stop()));
  }

  #begin(run: RenewalRun): void {
    this.#runs.set(run.id, run);
    run.start();
    run.end
      .catch((err: unknown) => this.#deps.log.error({ renewalId: run.id, err }, 'renewal interrupted by a defect'))
      .finally(() => this.#runs.delete(run.id));
  }

  async #find(id: string): Promise<RenewalRun> {
    const run = this.#runs.get(id);
    if (run) return run;
    const row = await this.#deps.store.renewals.get(id);
    if (!row) throw new AppError('NOT_FOUND', `There is no renewal ${id}.`);
    throw new AppError('NOT_HELD', `The renewal has ended: ${row.outcome}.`);
  }

  async #abandon({ id, connectionId, facts }: RenewalRow, { code, message }: AppError): Promise<void> {
    const { store, clock, log } = this.#deps;
    log.error({ renewalId: id, code }, 'unfinished renewal cannot be resumed');
    await store.transaction(async (tx) => {
      await tx.renewals.save(id, { finishedAt: clock.now().toISOString(), outcome: 'failed' });
      await noteLeftovers(tx, id, facts as Partial<Facts>);
      await tx.events.append([
        { type: 'renewal.finished', renewalId: id, connectionId, outcome: 'failed', message, oldStillServed: null },
      ]);
    });
  }
}

/** Where nothing is served, a certificate that is issued is all there is to reach. */
function goalFor({ appliance }: Connection, asked: Goal): Goal {
  return servesNothing(appliance) && asked !== 'validate' ? 'keep' : asked;
}

function refuseMissingSecond({ name, secondIssuer }: Connection, { issuer, goal }: RenewalOptions): void {
  if ((issuer !== 'second' && goal !== 'fallback') || secondIssuer) return;
  throw new AppError('INVALID_SETTINGS', `"${name}" has no second CA. Choose one for the connection first.`);
}

function refuseUselessFallback({ name, appliance }: Connection, { goal, useFallback }: RenewalOptions): void {
  if ((goal !== 'fallback' && !useFallback) || !servesNothing(appliance)) return;
  throw new AppError('INVALID_SETTINGS', `"${name}" is served nowhere, so nobody would meet a fallback certificate.`);
}

/** What the CA is by its settings of now: a change of them later does not make trusted what it has signed. */
async function isForPractice(
  store: Pick<Store, 'accounts'>,
  { issuer, secondIssuer }: Connection,
  { issuer: which, useFallback }: Target,
): Promise<boolean> {
  const isSeconds = which === 'second' || useFallback === true;
  const asked = isSeconds && secondIssuer ? secondIssuer : issuer;
  return described('issuer', await resolvePart(store, 'issuer', asked)).practice;
}

function targetOf(
  connection: Connection,
  by: StartedBy,
  { goal, activation, issuer = 'first', useFallback = false }: RenewalOptions,
): Target {
  const { id, slot, dnsNames, challenge, policy } = connection;
  return {
    connectionId: id,
    slot,
    dnsNames,
    challenge,
    daysBefore: policy.daysBefore,
    activation: activation ?? policy.activation,
    propagation: policy.propagation,
    propagationPatienceSeconds: policy.propagationPatienceSeconds,
    verifyPatienceSeconds: policy.verifyPatienceSeconds,
    restartCalendar: activation === 'automatic' ? null : policy.restartCalendar,
    emergency: policy.emergency,
    keyKind: policy.keyKind,
    reuseKey: policy.reuseKey,
    asked: by === 'operator',
    goal,
    issuer: goal === 'fallback' ? 'second' : issuer,
    ...(useFallback && { useFallback }),
  };
}

/** Sorts by time: `20261122T031200-9f3a1c`. */
function renewalId(now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}
