import { sleep } from '../plugins/clock.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import type { StoredEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { matters, record } from './record.ts';
import type { SubjectDeps } from './subject.ts';

/** Where the reader goes on after a restart. */
const CURSOR = 'notify.cursor';

/** Milliseconds until the log is read again after reading it failed. */
const AFTER_FAILURE_MS = 10_000;

/** Milliseconds that an event may wait to be read. */
const LONGEST_LAG_MS = 5 * 60_000;

interface ReaderDeps extends SubjectDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told after each commit which channels have something new. */
  readonly wake: (notifierIds: readonly number[]) => void;
}

/**
 * Reads the event log with a cursor of its own and turns it into what people are told. The cursor moves in the transaction that
 * writes the outbox, so that a crash neither loses a message nor makes one twice.
 */
export class NoticeReader implements AsyncDisposable {
  readonly #deps: ReaderDeps;
  readonly #stop = new AbortController();
  #reading: Promise<void> = Promise.resolve();
  /** The last event that was read, whether it mattered or not. */
  #position = 0;

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  /** An installation that never told anybody begins with what happens from now on. */
  async start(): Promise<void> {
    this.#position = await cursorOf(this.#deps.store);
    this.#reading = this.#readOn();
  }

  /** False while something that happened minutes ago was not read: nobody is told of anything then. */
  async isCurrent(): Promise<boolean> {
    const { store, clock } = this.#deps;
    const [waiting] = await store.events.read({ after: this.#position, limit: 1 });
    return waiting === undefined || clock.now().getTime() - Date.parse(waiting.at) <= LONGEST_LAG_MS;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#reading;
  }

  /** Until the daemon stops: a database that does not answer for a while must not end it. Never rejects. */
  async #readOn(): Promise<void> {
    const { clock, log } = this.#deps;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#read();
        return;
      } catch (err) {
        log.error({ err }, 'the events could not be read for notices, and are read again in a moment');
        await sleep(clock, AFTER_FAILURE_MS, signal).catch(() => {});
      }
    }
  }

  /** Ends when the daemon stops. */
  async #read(): Promise<void> {
    const { store } = this.#deps;
    for await (const stored of store.events.follow(this.#position, this.#stop.signal)) {
      if (matters(stored.event)) await this.#take(stored);
      this.#position = stored.seq;
    }
  }

  async #take(stored: StoredEvent): Promise<void> {
    const { store, log, wake } = this.#deps;
    try {
      wake(await takeEvent(store, stored, this.#deps));
    } catch (err) {
      if (this.#stop.signal.aborted) return;
      // One event that cannot be told must not keep all others from being told.
      log.error({ err, seq: stored.seq, type: stored.event.type }, 'an event could not be made into a notice');
      await store.settings.put(CURSOR, stored.seq);
    }
  }
}

/** One event, once: its messages and the cursor in one transaction. Gives the channels that have something new. */
export function takeEvent(store: Store, stored: StoredEvent, deps: SubjectDeps): Promise<readonly number[]> {
  return store.transaction(async (tx) => {
    const cursor = Number((await tx.settings.get(CURSOR)) ?? 0);
    if (cursor >= stored.seq) return [];
    const told = await record(tx, stored, deps);
    await tx.settings.put(CURSOR, stored.seq);
    return told;
  });
}

/** The last event that was read; set to the newest one when there is none yet. */
export async function cursorOf(store: Store): Promise<number> {
  const kept = await store.settings.get(CURSOR);
  if (kept !== undefined) return Number(kept);
  const latest = await store.events.latest();
  await store.settings.put(CURSOR, latest);
  return latest;
}
