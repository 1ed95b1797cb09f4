import { setMaxListeners } from 'node:events';
import { sha256OfPem } from '../domain/certificate.ts';
import { originIn, type WantedIssuer } from '../domain/due.ts';
import { AppError, type Failure } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { type CallLog, Calls } from '../plugins/call-log.ts';
import type { LogContext } from '../plugins/log-context.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import { Recorder } from '../plugins/recorder.ts';
import type { Connection, JsonObject, RenewalRow, Store } from '../store/store.ts';
import type { Windows } from '../windows/stored-openings.ts';
import type { EarlierCertificate, Facts } from './facts.ts';
import { issuedLine, type LedgerContext, refusedLine } from './ledger.ts';
import {
  type Effect,
  effectOf,
  type MachineEvent,
  type MachineState,
  nextState,
  type Outcome,
  readState,
} from './machine.ts';
import { Mailbox } from './mailbox.ts';
import { expectAlso, expectOnly } from './pins.ts';
import type { Recordings } from './recordings.ts';
import { report } from './reports.ts';
import { retryAt } from './retry.ts';
import { caPemsOf } from './second-ca.ts';
import type { RenewalStep, StepContext, StepPeers } from './step.ts';
import type { StepName } from './step-names.ts';
import { steps } from './steps/index.ts';
import { noteLeftovers } from './sweeper.ts';
import type { Turns } from './turns.ts';

export interface RunDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Lines of a run bear its id. */
  readonly logContext?: LogContext;
  /** Milliseconds after the first, second … failure of one step. */
  readonly retryLadderMs: readonly number[];
  readonly windows: Windows;
  /** One for all runs of the process. */
  readonly turns: Turns;
  readonly recordings: Recordings;
  /** Hears what the peers ask of CAs and DNS services. */
  readonly callLog: CallLog;
  /** Builds what a step talks to, from the connection as it is now. */
  peers(connection: Connection, recorder: Recorder): Promise<StepPeers & AsyncDisposable>;
}

/** Renewals to look through for a certificate that is still good: those since then were issued none. */
const LOOK_BACK = 20;

/** What is seen served at the end is what the appliance is known by. */
const MOVES_PIN: Readonly<Partial<Record<Outcome, typeof expectOnly>>> = {
  verified: expectOnly,
  'rolled-back': expectOnly,
};

/** Why a step is interrupted when the daemon stops: its state stays as it is, and another process resumes it. */
class Stopping extends Error {
  override readonly name = 'Stopping';
}

/** What an effect comes to: an event for the machine, with what the step learned. */
interface Result {
  readonly event: MachineEvent;
  readonly gives?: Partial<Facts>;
  readonly summary?: string;
  readonly actor?: string | undefined;
}

type AskingPeers = StepPeers & Pick<StepContext, 'otherIssuer'>;

type Control = 'CANCEL' | 'RELEASE' | 'SKIP' | 'WAKE' | 'COMMIT';

interface Asked {
  readonly control: Control;
  /** The user or API token; absent for what the run asks of itself. */
  readonly actor?: string | undefined;
}

/**
 * One renewal under way: performs what the machine's state asks for, stores the next state together with its
 * events, and goes on until a final state. Each state is on disk before it has any effect.
 */
export class RenewalRun {
  readonly id: string;
  readonly connectionId: number;
  readonly #deps: RunDeps;
  readonly #mailbox = new Mailbox<Asked>();
  readonly #stop = new AbortController();
  readonly #recorder: Recorder;
  readonly #calls: Calls;
  #state: MachineState;
  #facts: Partial<Facts>;
  #enteredAt: number;
  /** Of the step that runs, or ran last. */
  #issuer: WantedIssuer | null = null;
  #end: Promise<void> = Promise.resolve();

  /** @throws AppError SNAPSHOT_UNREADABLE */
  constructor(row: RenewalRow, deps: RunDeps) {
    this.id = row.id;
    this.connectionId = row.connectionId;
    this.#deps = deps;
    this.#recorder = new Recorder(deps.clock);
    this.#state = readState(row.state, row.machineVersion);
    // Written by `#store` below and by the runner's `begin`, and by nobody else.
    this.#facts = row.facts as Partial<Facts>;
    this.#calls = new Calls(this.#facts.calls);
    this.#enteredAt = deps.clock.now().getTime();
  }

  /** Resolves at a final state, or when stopped. Rejects only on a defect or when the store fails. */
  get end(): Promise<void> {
    return this.#end;
  }

  start(): void {
    const { logContext } = this.#deps;
    const drive = () => this.#drive();
    const fields = { renewalId: this.id, connectionId: this.connectionId };
    this.#end = logContext ? logContext.run(fields, drive) : drive();
  }

  /** Interrupts the step that runs, and leaves the stored state for another process. */
  async stop(): Promise<void> {
    this.#stop.abort(new Stopping('The daemon stops.'));
    await this.#end;
  }

  /** @throws AppError TOO_LATE_TO_CANCEL */
  cancel(actor?: string): Promise<void> {
    return this.#mailbox.post({ control: 'CANCEL', actor });
  }

  /**
   * A person has done what a hold asked for, or does not want to wait for the next try.
   *
   * @throws AppError NOT_HELD; CONFIRMATION_NEEDED when the hold asks for something to be typed and it was not.
   */
  async resume(typed: string | null, actor?: string): Promise<void> {
    const effect = effectOf(this.#state);
    if (effect.kind === 'hold' && effect.confirm !== null && typed?.trim() !== effect.confirm) {
      throw new AppError('CONFIRMATION_NEEDED', `Type "${effect.confirm}" to allow it.`);
    }
    await this.#mailbox.post({ control: effect.kind === 'sleep' ? 'SKIP' : 'RELEASE', actor });
  }

  /** Has a step that waits for an instant of its own look again: what the instant was derived from has changed. */
  async reconsider(): Promise<void> {
    if (effectOf(this.#state).kind !== 'sleep' || !this.#state.context.planned) return;
    await this.#mailbox.post({ control: 'WAKE' }).catch((err: unknown) => {
      if (!(err instanceof AppError)) throw err;
    });
  }

  async #drive(): Promise<void> {
    for (;;) {
      const effect = effectOf(this.#state);
      if (effect.kind === 'end' || this.#stop.signal.aborted) break;
      await this.#performUntilNext(effect);
    }
    this.#mailbox.close(({ control }) => (this.#stop.signal.aborted ? stopping() : refusal(control, this.#state)));
  }

  /** Performs `effect`, and takes what people ask for meanwhile, until one of them leads to the next state. */
  async #performUntilNext(effect: Effect): Promise<void> {
    const interrupt = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, interrupt.signal]);
    // A step may ask a whole cluster at once, each question with a listener of its own.
    setMaxListeners(0, signal);
    const work = this.#perform(effect, signal);
    for (;;) {
      const result = await Promise.race([work, this.#mailbox.arrival()]);
      if (result === null) return;
      if (result !== 'mail') return this.#apply(result);
      const mail = this.#mailbox.take();
      if (!mail) continue;
      const { control, actor } = mail.message;
      if (!nextState(this.#state, { type: control })) {
        mail.refuse(refusal(control, this.#state));
        continue;
      }
      if (control !== 'COMMIT') {
        interrupt.abort(new AppError('CANCELLED', 'Cancelled by an operator.'));
        await work;
      }
      await this.#apply({ event: { type: control }, actor });
      mail.accept();
      if (control !== 'COMMIT') return;
    }
  }

  /** Null when it was interrupted. */
  async #perform(effect: Effect, signal: AbortSignal): Promise<Result | null> {
    try {
      if (effect.kind === 'step') return await this.#runStep(effect.step, signal);
      if (effect.kind === 'sleep') {
        await this.#deps.clock.sleepUntil(new Date(effect.until), signal);
        return { event: { type: 'WAKE' } };
      }
      if (effect.kind === 'end' || effect.until === null) return await aborted(signal);
      await this.#deps.clock.sleepUntil(new Date(effect.until), signal);
      return { event: { type: 'FAIL', step: effect.step, failure: unanswered(effect.until), retryAt: null } };
    } catch (err) {
      if (signal.aborted) return null;
      if (effect.kind !== 'step') throw err;
      return this.#failed(effect.step, AppError.from(err));
    }
  }

  async #runStep(name: StepName, signal: AbortSignal): Promise<Result> {
    const connection = await this.#deps.store.connections.get(this.connectionId);
    if (!connection) throw new AppError('NOT_FOUND', 'The connection was removed.');
    await using peers = await this.#deps.peers(connection, this.#recorder);
    // Which facts a step needs and gives is checked where it is defined, and its place in the order by a test.
    const step = steps[name] as unknown as RenewalStep;
    const outcome = await this.#recorded(connection, name, signal, () => {
      const towardsGoal = this.#towardsGoal(this.#asking(peers));
      this.#issuer = { key: towardsGoal.issuer.key, profile: towardsGoal.issuer.traits.profile };
      return step.run(this.#facts as Facts, this.#context(name, towardsGoal, signal));
    });
    switch (outcome.kind) {
      case 'done':
        return { event: { type: 'DONE' }, gives: outcome.gives, summary: outcome.summary };
      case 'reuse':
        return { event: { type: 'REUSE' }, gives: outcome.gives, summary: outcome.summary };
      case 'stop':
        return { event: { type: 'STOP', why: outcome.why }, summary: outcome.why };
      case 'wait':
        return { event: { type: 'WAIT', until: outcome.until.toISOString(), why: outcome.why } };
      case 'hold':
        return {
          event: {
            type: 'HOLD',
            ask: outcome.ask,
            confirm: outcome.confirm ?? null,
            until: outcome.until?.toISOString() ?? null,
          },
        };
    }
  }

  /** With the CA in the place of the first that this renewal asks. */
  #asking(peers: StepPeers): AskingPeers {
    const { issuer, second } = peers;
    if (this.#facts.target?.issuer !== 'second') return { ...peers, otherIssuer: second?.issuer ?? null };
    if (!second) throw new AppError('INVALID_SETTINGS', 'The connection has no second CA any more.');
    return { ...peers, issuer: second.issuer, otherIssuer: issuer };
  }

  /** Of a validation only the verdict is kept: it speaks to the test directory, and leaves what is current alone. */
  #towardsGoal(peers: AskingPeers): AskingPeers {
    const { goal } = this.#state.context;
    // What is kept ready is not what is current.
    if (goal === 'fallback')
      return { ...peers, files: { write: async () => {}, archive: (...entry) => peers.files.archive(...entry) } };
    if (goal !== 'validate') return peers;
    const issuer = peers.issuer.staging;
    if (!issuer) throw new AppError('INVALID_SETTINGS', 'The CA of this connection has no test directory.');
    return { ...peers, issuer, files: { write: async () => {}, archive: async () => {} } };
  }

  /** What shows an unconfirmed fact, and what came before a failure, is kept for people to send us. */
  async #recorded<T>(connection: Connection, step: StepName, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#deps.callLog.during(this.#calls, work);
    } catch (err) {
      if (!signal.aborted) this.#recorder.keepRecent();
      throw err;
    } finally {
      await this.#deps.recordings.add(connection, this.id, step, this.#recorder);
    }
  }

  async #issuedBefore(): Promise<EarlierCertificate | null> {
    const last = await this.#deps.store.issuances.last(this.connectionId);
    if (last) return last.renewalId === this.id ? null : { renewalId: last.renewalId, chain: last.chain };
    // Issued before there was a ledger.
    const rows = await this.#deps.store.renewals.list({ connectionId: this.connectionId, limit: LOOK_BACK });
    for (const { id, facts } of rows) {
      const { chain, target } = facts as Partial<Facts>;
      const isOfOthers = target?.goal === 'validate' || target?.goal === 'fallback';
      if (id !== this.id && chain && !isOfOthers) return { renewalId: id, chain };
    }
    return null;
  }

  #failed(name: StepName, error: AppError): Result {
    if (error.code === 'INTERNAL')
      this.#deps.log.error({ renewalId: this.id, step: name, err: error }, 'step failed by a defect');
    const { retries } = steps[name] as { readonly retries?: number };
    const at = retryAt(error, {
      attempt: this.#state.context.attempt,
      retries,
      ladderMs: this.#deps.retryLadderMs,
      now: this.#deps.clock.now(),
    });
    return { event: { type: 'FAIL', step: name, failure: error.toFailure(), retryAt: at?.toISOString() ?? null } };
  }

  #context(step: StepName, peers: AskingPeers, signal: AbortSignal): StepContext {
    const { clock, log, store } = this.#deps;
    return {
      ...peers,
      clock,
      log,
      signal,
      released: this.#state.context.released,
      early: this.#state.context.early,
      windows: this.#deps.windows,
      keep: async (part) => {
        signal.throwIfAborted();
        await this.#keep(step, part);
        this.#facts = { ...this.#facts, ...part };
      },
      note: async (message, data) => {
        const event = { type: 'step.noted', renewalId: this.id, step, message } as const;
        await store.events.append([data === undefined ? event : { ...event, data }]);
      },
      issuedBefore: () => this.#issuedBefore(),
      readyFallback: async () => {
        const ready = await store.fallbacks.ready(this.connectionId);
        return ready ? { renewalId: ready.renewalId, chain: ready.chain, fallback: true } : null;
      },
      loseFallback: (sha256, why) => store.fallbacks.lose(sha256, clock.now(), why),
      originOf: async (sha256) => {
        const found = await store.issuances.find(sha256);
        return found ? originIn(found) : null;
      },
      chainOf: async (sha256) => (await store.issuances.chainOf(sha256)) ?? null,
      toStage: async () => {
        const { second } = peers;
        return second && this.#facts.target?.issuer !== 'second' ? await caPemsOf(second, store.issuances) : [];
      },
      turn: (group, pauseMs) => this.#deps.turns.take(group, pauseMs, signal),
      commit: async () => {
        if (this.#state.context.committed) return;
        // A cancellation that came first interrupts the step, and with it this wait.
        await Promise.race([this.#mailbox.post({ control: 'COMMIT' }), aborted(signal)]);
      },
    };
  }

  /** The next state, what was learned, the moved pin and the events that report all of it: stored together or not at all. */
  async #apply({ event, gives = {}, summary = '', actor }: Result): Promise<void> {
    const before = this.#state;
    const after = nextState(before, event);
    if (!after) throw new AppError('INTERNAL', `The machine does not take ${event.type} in ${before.at}.`);
    const { list: calls } = this.#calls;
    const learnt = { ...gives, ...(calls.length > 0 && calls !== this.#facts.calls && { calls }) };
    const facts = { ...this.#facts, ...learnt };
    const now = this.#deps.clock.now();
    const effect = effectOf(after);
    const end = effect.kind === 'end' ? { finishedAt: now.toISOString(), outcome: effect.outcome } : {};
    const events = report({
      renewalId: this.id,
      connectionId: this.connectionId,
      before,
      event,
      after,
      facts,
      summary,
      tookMs: now.getTime() - this.#enteredAt,
      actor,
    });
    await this.#deps.store.transaction(async (tx) => {
      await tx.renewals.save(this.id, { state: toJson(after), facts: toJson(learnt), ...end });
      await this.#movePin(tx, event, effect, facts);
      if (event.type === 'COMMIT' && facts.earlier?.fallback)
        await tx.fallbacks.putToUse(sha256OfPem(facts.earlier.chain.leafPem), now);
      await this.#enterRefused(tx, event);
      if (effect.kind === 'end') await noteLeftovers(tx, this.id, facts);
      await tx.events.append(events);
    });
    this.#state = after;
    this.#facts = facts;
    if (after.at !== before.at) this.#enteredAt = now.getTime();
  }

  /** A certificate together with its line in the ledger: it is counted also when the daemon dies in this instant. */
  async #keep(step: StepName, part: Partial<Facts>): Promise<void> {
    const { store } = this.#deps;
    const context = this.#ledgerContext();
    const line = step === 'issue' && part.chain && context ? issuedLine(part.chain, context) : null;
    if (!line) return await store.renewals.save(this.id, { facts: toJson(part) });
    await store.transaction(async (tx) => {
      await tx.renewals.save(this.id, { facts: toJson(part) });
      await tx.issuances.record(line);
      if (this.#state.context.goal === 'fallback' && line.certificate)
        await tx.fallbacks.keep(line.certificate.sha256, this.connectionId);
    });
  }

  async #enterRefused(tx: Store, event: MachineEvent): Promise<void> {
    const context = this.#ledgerContext();
    const line = event.type === 'FAIL' && context ? refusedLine(event.failure.code, context) : null;
    if (line) await tx.issuances.record(line);
  }

  #ledgerContext(): LedgerContext | null {
    const { id: renewalId, connectionId } = this;
    const now = this.#deps.clock.now();
    return this.#issuer && { renewalId, connectionId, issuer: this.#issuer, facts: this.#facts, now };
  }

  async #movePin(
    tx: Store,
    event: MachineEvent,
    effect: Effect,
    { installed, before = [], chain, restored }: Partial<Facts>,
  ): Promise<void> {
    const outcome = effect.kind === 'end' ? effect.outcome : null;
    const move = event.type === 'COMMIT' ? expectAlso : outcome === null ? null : MOVES_PIN[outcome];
    if (!move || !chain) return;
    const held = installed && installed !== 'unreadable' ? [installed.sha256] : [];
    const replaced = [...held, ...before.flatMap(({ sha256 }) => sha256 ?? [])];
    const connection = await tx.connections.get(this.connectionId);
    const issued = sha256OfPem(chain.leafPem);
    const [from, to] = outcome === 'rolled-back' && restored ? [[issued], restored.sha256] : [replaced, issued];
    const moved = connection && move(connection, from, to);
    if (moved) await tx.connections.update(moved);
  }
}

function refusal(control: Control, state: MachineState): AppError {
  if (control === 'CANCEL') {
    const why = state.context.committed
      ? 'The new certificate is already being put on the appliance; the renewal goes on to its end.'
      : 'The renewal is already ending.';
    return new AppError('TOO_LATE_TO_CANCEL', why);
  }
  if (control === 'COMMIT') return new AppError('CANCELLED', 'Cancelled before the certificate was handed over.');
  return new AppError('NOT_HELD', 'The renewal does not wait for anybody now.');
}

/** A hold has come to its end. */
function unanswered(until: string): Failure {
  return {
    code: 'CHALLENGE_NOT_PLACED',
    message: `Until ${until.slice(0, 16).replace('T', ' ')} UTC nobody said that what proves the names is there.`,
  };
}

function stopping(): AppError {
  return new AppError(
    'CONFLICT',
    'The daemon is stopping. Ask again when it runs: the renewal goes on from where it is.',
  );
}

/** Never resolves; rejects with the signal's reason. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Facts and states are plain JSON by contract; this drops keys that are undefined. */
function toJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as { readonly [key: string]: Json };
}
