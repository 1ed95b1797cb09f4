import { AppError } from '../domain/errors.ts';
import { Deadline, isTimeout } from '../plugins/deadline.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import type { NoticeRow, NotifierRow } from '../store/notify.ts';
import type { Store } from '../store/store.ts';
import type { Notifier } from './notifier.ts';
import { isADayLate, nextTry } from './retry.ts';
import { reviveAfterDelivery } from './revival.ts';

export interface DelivererDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** @throws AppError INVALID_SETTINGS, VAULT_DAMAGED */
  readonly notifier: (row: NotifierRow) => Promise<Notifier & AsyncDisposable>;
}

/** Milliseconds for one try. */
const TRY_MS = 60_000;
/** Milliseconds until a channel whose own machinery failed is looked at again. */
const AFTER_DEFECT_MS = 60_000;
/** Nobody waits that long; somebody wakes the channel before. */
const FAR_MS = 365 * 86_400_000;

/** Delivers what waits in the outbox: each channel in order and at its own pace, so that none waits for another. */
export class Deliverer implements AsyncDisposable {
  readonly #deps: DelivererDeps;
  readonly #stop = new AbortController();
  readonly #lanes = new Map<number, Lane>();

  constructor(deps: DelivererDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    this.wake((await this.#deps.store.notify.notifiers.all()).map(({ id }) => id));
  }

  /** Has these channels look into the outbox now. */
  wake(notifierIds: readonly number[]): void {
    for (const id of notifierIds) {
      const lane = this.#lanes.get(id) ?? new Lane(id, this.#deps, this.#stop.signal);
      this.#lanes.set(id, lane);
      lane.wake();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('certferry stops.'));
    await Promise.all([...this.#lanes.values()].map((lane) => lane.end));
  }
}

/** One channel. */
class Lane {
  /** Resolves when the daemon stops. */
  readonly end: Promise<void>;
  readonly #notifierId: number;
  readonly #deps: DelivererDeps;
  readonly #stop: AbortSignal;
  #heard = new AbortController();

  constructor(notifierId: number, deps: DelivererDeps, stop: AbortSignal) {
    this.#notifierId = notifierId;
    this.#deps = deps;
    this.#stop = stop;
    this.end = this.#run();
  }

  wake(): void {
    this.#heard.abort();
  }

  async #run(): Promise<void> {
    while (!this.#stop.aborted) {
      this.#heard = new AbortController();
      const at = await this.#look();
      if (at === 'now') continue;
      await this.#sleep(at ?? new Date(this.#deps.clock.now().getTime() + FAR_MS));
    }
  }

  async #look(): Promise<Date | 'now' | null> {
    try {
      return await deliverNext(this.#notifierId, this.#deps, this.#stop);
    } catch (err) {
      if (!this.#stop.aborted)
        this.#deps.log.error({ err, notifierId: this.#notifierId }, 'delivery failed by a defect');
      return new Date(this.#deps.clock.now().getTime() + AFTER_DEFECT_MS);
    }
  }

  async #sleep(until: Date): Promise<void> {
    const woken = this.#heard.signal;
    const either = new AbortController();
    const abort = () => either.abort();
    for (const signal of [this.#stop, woken]) signal.addEventListener('abort', abort, { once: true });
    if (this.#stop.aborted || woken.aborted) abort();
    await this.#deps.clock.sleepUntil(until, either.signal).catch(() => {});
    for (const signal of [this.#stop, woken]) signal.removeEventListener('abort', abort);
  }
}

/**
 * Tries the oldest message of a channel when its time has come. Gives when to look again: at once, at an instant, or null when
 * nothing waits.
 */
export async function deliverNext(
  notifierId: number,
  deps: DelivererDeps,
  signal: AbortSignal,
): Promise<Date | 'now' | null> {
  const { store, clock } = deps;
  const row = await store.notify.notifiers.get(notifierId);
  const notice = row?.enabled ? await store.notify.notices.next(notifierId) : undefined;
  if (!row || !notice) return null;
  if (notice.nextTryAt !== null && Date.parse(notice.nextTryAt) > clock.now().getTime())
    return new Date(notice.nextTryAt);
  try {
    const words = await attempt(row, notice, deps, signal);
    await delivered(notice, words, deps);
    return 'now';
  } catch (err) {
    // What was interrupted by the end of the daemon is tried again by the next one, and no failure.
    signal.throwIfAborted();
    return await failed(row, notice, AppError.from(err), deps);
  }
}

async function attempt(row: NotifierRow, notice: NoticeRow, deps: DelivererDeps, signal: AbortSignal): Promise<string> {
  await using notifier = await deps.notifier(row);
  using deadline = new Deadline(signal, TRY_MS);
  try {
    return await notifier.send(notice.message, deadline.signal);
  } catch (cause) {
    if (!isTimeout(cause)) throw cause;
    throw new AppError('NOTIFIER_UNREACHABLE', `No end within ${TRY_MS / 1000} s.`, { cause });
  }
}

async function delivered({ id, notifierId, tries }: NoticeRow, words: string, deps: DelivererDeps): Promise<void> {
  const { store, clock, log } = deps;
  const at = clock.now().toISOString();
  await store.transaction(async (tx) => {
    const answer = { at, words, failure: null };
    await tx.notify.notices.save(id, { state: 'delivered', tries: tries + 1, nextTryAt: null, answer });
    await tx.notify.matters.end(undeliveredKey(notifierId));
    await reviveAfterDelivery(tx, notifierId);
  });
  log.info({ noticeId: id, notifierId }, 'notice delivered');
}

async function failed(row: NotifierRow, notice: NoticeRow, error: AppError, deps: DelivererDeps) {
  const { store, clock, log } = deps;
  const tries = notice.tries + 1;
  const now = clock.now();
  const again = nextTry(error, tries, notice.triedSince, now);
  const failure = error.toFailure();
  const answer = { at: now.toISOString(), words: error.message, failure };
  log.warn({ noticeId: notice.id, notifierId: row.id, code: error.code, tries, again }, 'notice not delivered');
  await store.transaction(async (tx) => {
    const state = again === null ? ('given-up' as const) : ('waiting' as const);
    await tx.notify.notices.save(notice.id, { state, tries, nextTryAt: again?.toISOString() ?? null, answer });
    if (again !== null && !isADayLate(notice.triedSince, notice.answer?.at ?? null, now)) return;
    const { subject } = notice.message;
    const event = { type: 'notice.failed' as const, noticeId: notice.id, notifierId: row.id, name: row.name, subject };
    await tx.events.append([{ ...event, failure }]);
  });
  return again ?? ('now' as const);
}

function undeliveredKey(notifierId: number): string {
  return `notifier:${notifierId}/undelivered`;
}
