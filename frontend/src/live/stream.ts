import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { StoredEvent } from '../api/types.ts';

export type Connectivity =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** `since` in milliseconds of the epoch. */
  | { readonly kind: 'lost'; readonly since: number };

export interface StreamListener {
  /** Each event once, in order. */
  event(stored: StoredEvent): void;
  /** The stream begins without a cursor: what was read before may be old. */
  fresh(): void;
  connectivity(state: Connectivity): void;
  unauthenticated(): void;
}

/** Milliseconds. The daemon sends something at least every 10 s; longer silence is a dead connection, perhaps after sleep. */
const SILENCE = 25_000;
const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 8_000;

/**
 * Follows the event log of the daemon until aborted. Comes back with the number of the last event after every loss, so
 * nothing is missed and nothing seen twice. Over fetch, because
 * EventSource does not say why it was refused.
 */
export async function followEvents(listener: StreamListener, signal: AbortSignal): Promise<void> {
  const cursor: Cursor = { last: null };
  let pause = FIRST_PAUSE;
  let lostSince: number | null = null;
  listener.connectivity({ kind: 'connecting' });
  while (!signal.aborted) {
    const end = await followOnce(cursor, listener, signal);
    if (end === 'refused') return listener.unauthenticated();
    if (signal.aborted) return;
    if (end === 'was-live') [pause, lostSince] = [FIRST_PAUSE, null];
    lostSince ??= Date.now();
    listener.connectivity({ kind: 'lost', since: lostSince });
    await pauseOrOnline(pause, signal);
    pause = Math.min(pause * 1.8, LONGEST_PAUSE);
  }
}

interface Cursor {
  last: number | null;
}

async function followOnce(
  cursor: Cursor,
  listener: StreamListener,
  signal: AbortSignal,
): Promise<'refused' | 'was-live' | 'never-live'> {
  const watchdog = new Watchdog(signal);
  let live = false;
  try {
    const response = await fetch('/api/v1/events', { headers: headers(cursor), signal: watchdog.signal });
    if (response.status === 401) return 'refused';
    if (!response.ok || !response.body) return 'never-live';
    live = true;
    listener.connectivity({ kind: 'live' });
    if (cursor.last === null) {
      cursor.last = beginningOf(response);
      listener.fresh();
    }
    const alive = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, out) {
        watchdog.reset();
        out.enqueue(chunk);
      },
    });
    const messages = response.body
      .pipeThrough(alive)
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
      .pipeThrough(new EventSourceParserStream());
    for await (const { id, data } of messages) deliver(id, data, cursor, listener);
  } catch {
    // A broken connection says nothing that is worth telling: it is opened again.
  } finally {
    watchdog.stop();
  }
  return live ? 'was-live' : 'never-live';
}

function deliver(id: string | undefined, data: string, cursor: Cursor, listener: StreamListener): void {
  const seq = Number(id);
  if (!id || !Number.isInteger(seq) || (cursor.last !== null && seq <= cursor.last)) return;
  cursor.last = seq;
  // The daemon of the same version wrote it.
  listener.event(JSON.parse(data) as StoredEvent);
}

/** Where a stream without a cursor begins, so that nothing is lost when it breaks before its first event. */
function beginningOf(response: Response): number | null {
  const text = response.headers.get('x-last-event-id') ?? '';
  return /^\d+$/.test(text) ? Number(text) : null;
}

function headers({ last }: Cursor): Record<string, string> {
  return last === null ? {} : { 'last-event-id': String(last) };
}

/** Ends a connection on which nothing comes any more. */
class Watchdog {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #follow = () => this.#controller.abort();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    parent.addEventListener('abort', this.#follow, { once: true });
    if (parent.aborted) this.#follow();
    this.reset();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#follow, SILENCE);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener('abort', this.#follow);
  }
}

/** Waits, but not longer than until the network is back or the tab is looked at. */
function pauseOrOnline(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      for (const [target, name] of wakers) target.removeEventListener(name, done);
      resolve();
    };
    const wakers: readonly [EventTarget, string][] = [
      [window, 'online'],
      [document, 'visibilitychange'],
      [signal, 'abort'],
    ];
    const timer = setTimeout(done, ms);
    for (const [target, name] of wakers) target.addEventListener(name, done, { once: true });
  });
}
