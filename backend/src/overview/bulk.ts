import { randomBytes } from 'node:crypto';
import { existing, setEnabled } from '../connections.ts';
import { AppError } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import { count } from '../domain/words.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import { sharedAbort } from '../plugins/shared-abort.ts';
import { refuseIncomplete } from '../renewal/parts.ts';
import type { Runner } from '../renewal/runner.ts';
import { OUTCOME_WORDS } from '../renewal/sentences.ts';
import type { BulkAction, BulkItem } from '../store/bulk.ts';
import type { DomainEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';

/** At once, over all bulks: name servers, CAs and people who look on are asked for patience, not for strength. */
const AT_ONCE = 3;

export interface BulkDeps {
  readonly store: Store;
  readonly runner: Pick<Runner, 'start'>;
  readonly clock: Clock;
  readonly log: Logger;
  preflight(connectionId: number, signal: AbortSignal): Promise<readonly Finding[]>;
}

/** What came of one connection. */
interface Result {
  readonly state: 'done' | 'refused';
  readonly message: string;
}

/**
 * Does one thing for many connections, a few at a time in the order in which they were asked for. What is left is on disk:
 * another process goes on with it.
 */
export class Bulk implements AsyncDisposable {
  readonly #deps: BulkDeps;
  readonly #stop = sharedAbort();
  readonly #workers = new Set<Promise<void>>();
  #asked = 0;

  constructor(deps: BulkDeps) {
    this.#deps = deps;
  }

  /** Goes on with what another process left. */
  async start(): Promise<void> {
    for (const item of await this.#deps.store.bulk.running()) this.#work(item);
    this.#fill();
  }

  /** Returns at once with the id by which `store.bulk` tells how far it is. */
  async ask(action: BulkAction, connectionIds: readonly number[], actor: string): Promise<string> {
    const { clock, store } = this.#deps;
    const stamp = clock.now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    const id = `${stamp}-${randomBytes(3).toString('hex')}`;
    await store.bulk.add({ bulkId: id, action, actor }, connectionIds);
    this.#asked++;
    this.#fill();
    return id;
  }

  /** Interrupts what runs; another process takes it up again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#workers);
  }

  #fill(): void {
    for (let free = AT_ONCE - this.#workers.size; free > 0; free--) this.#work(null);
  }

  #work(first: BulkItem | null): void {
    const worker = this.#drain(first)
      .catch((err: unknown) => this.#deps.log.error({ err }, 'bulk interrupted by a defect'))
      .finally(() => this.#workers.delete(worker));
    this.#workers.add(worker);
  }

  async #drain(first: BulkItem | null): Promise<void> {
    const { store } = this.#deps;
    if (first) await this.#perform(first);
    while (!this.#stop.signal.aborted) {
      const asked = this.#asked;
      const item = await store.bulk.take();
      if (item) await this.#perform(item);
      // What was asked for since this one looked found its place taken.
      else if (asked === this.#asked) return;
    }
  }

  async #perform(item: BulkItem): Promise<void> {
    const { store, clock, log } = this.#deps;
    let result: Result;
    try {
      result = await this.#result(item);
    } catch (err) {
      if (this.#stop.signal.aborted) return;
      const error = AppError.from(err);
      if (error.code === 'INTERNAL') log.error({ err }, 'bulk item failed by a defect');
      result = { state: 'refused', message: error.message };
    }
    await store.bulk.save(item.seq, { ...result, finishedAt: clock.now().toISOString() });
  }

  async #result(item: BulkItem): Promise<Result> {
    const { connectionId, action } = item;
    if (action !== 'disable') refuseIncomplete(await existing(this.#deps.store, connectionId));
    switch (action) {
      case 'enable':
      case 'disable':
        return { state: 'done', message: await this.#enable(item, action === 'enable') };
      case 'test':
        return judged(await this.#deps.preflight(connectionId, this.#stop.signal));
      case 'renew':
        return await this.#renew(item);
    }
  }

  async #enable({ connectionId, actor }: BulkItem, automatic: boolean): Promise<string> {
    const changed = await setEnabled(this.#deps.store, connectionId, automatic, { actor });
    if (!changed) return automatic ? 'It was on already' : 'It was off already';
    return automatic ? 'Renewed automatically from now on' : 'No longer renewed automatically';
  }

  /** Holds its place until the renewal is over, or waits for a person or a later hour. */
  async #renew({ seq, connectionId, renewalId, actor }: BulkItem): Promise<Result> {
    const { store, runner } = this.#deps;
    const id = renewalId ?? (await runner.start(connectionId, 'operator', undefined, actor));
    if (renewalId === null) await store.bulk.save(seq, { renewalId: id });
    for (;;) {
      const row = await store.renewals.get(id);
      const cursor = await store.events.latest();
      const past = await store.events.read({ renewalId: id, limit: 10_000 });
      const rest = restOf(past.at(-1)?.event, row?.outcome ?? null);
      if (rest) return rest;
      await this.#nextEvent(id, cursor);
    }
  }

  async #nextEvent(renewalId: string, cursor: number): Promise<void> {
    for await (const { event } of this.#deps.store.events.follow(cursor, this.#stop.signal)) {
      if ('renewalId' in event && event.renewalId === renewalId) return;
    }
    throw new AppError('CONFLICT', 'The daemon is stopping.');
  }
}

function restOf(last: DomainEvent | undefined, outcome: string | null): Result | null {
  if (last?.type === 'renewal.finished') {
    return { state: 'done', message: `${OUTCOME_WORDS[last.outcome]}. ${last.message}` };
  }
  if (outcome !== null) return { state: 'done', message: 'It has ended' };
  if (last?.type === 'step.held') return { state: 'done', message: `Waits for you. ${last.ask}` };
  if (last?.type === 'step.waiting') return { state: 'done', message: `Goes on later. ${last.why}` };
  if (last?.type === 'step.failed' && last.retryAt !== null) {
    return { state: 'done', message: `Tries again by itself. ${last.failure.message}` };
  }
  return null;
}

function judged(findings: readonly Finding[]): Result {
  const blocks = findings.filter(({ outcome }) => outcome === 'block');
  const warnings = findings.filter(({ outcome }) => outcome === 'warn').length;
  const [first] = blocks;
  if (first) return { state: 'refused', message: `In the way: ${first.title}. ${first.answer}` };
  const mind = warnings === 0 ? '' : `, ${count(warnings, 'thing')} to mind`;
  return { state: 'done', message: `Nothing is in the way${mind}` };
}
