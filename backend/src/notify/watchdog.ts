import type { Secret } from '../domain/secret.ts';
import { sleep } from '../plugins/clock.ts';
import { Deadline } from '../plugins/deadline.ts';
import type { HttpFactory } from '../plugins/http.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import { redact } from '../plugins/redact.ts';
import type { Store } from '../store/store.ts';
import { keepBeat } from './beat-record.ts';
import type { ScheduleHealth } from './schedule-health.ts';

interface WatchdogDeps {
  readonly store: Pick<Store, 'settings'>;
  readonly health: ScheduleHealth;
  /** Whether people are told of what happens. */
  readonly isTelling: () => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly http: HttpFactory;
  /** Called while all is well, so that somebody else notices when it is not; null: nobody. */
  readonly heartbeat: Heartbeat | null;
}

export interface Heartbeat {
  readonly url: Secret;
  readonly method: 'GET' | 'POST';
  /** CA certificates (PEM) in place of the public ones; null: those. */
  readonly caPem: string | null;
}

const LOOK_MS = 60_000;
/** One heartbeat in so many looks. */
const LOOKS_PER_BEAT = 3;
/** Milliseconds for one heartbeat: the watch over the schedule does not wait longer for an answer. */
const BEAT_MS = 30_000;

/** Watches the schedule by a timer of its own: what died cannot say so itself. */
export class Watchdog implements AsyncDisposable {
  readonly #deps: WatchdogDeps;
  readonly #stop = new AbortController();
  #watching: Promise<void> = Promise.resolve();

  constructor(deps: WatchdogDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#watching = this.#watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { clock, log } = this.#deps;
    for (let looks = 1; !this.#stop.signal.aborted; looks += 1) {
      await sleep(clock, LOOK_MS, this.#stop.signal).catch(() => {});
      if (this.#stop.signal.aborted) return;
      await this.#look(looks).catch((err: unknown) => log.error({ err }, 'the watch over the schedule failed'));
    }
  }

  async #look(looks: number): Promise<void> {
    const { health, isTelling } = this.#deps;
    await health.look();
    if (looks % LOOKS_PER_BEAT === 0 && (await health.isAlive()) && (await isTelling())) await this.#beat();
  }

  async #beat(): Promise<void> {
    const { heartbeat, store, clock, log } = this.#deps;
    if (!heartbeat) return;
    const trouble = await this.#call(heartbeat);
    if (this.#stop.signal.aborted) return;
    if (trouble !== null) log.warn({ why: trouble }, 'heartbeat did not arrive');
    await keepBeat(store.settings, { at: clock.now().toISOString(), trouble });
  }

  /** Why it was not taken; null when it was. */
  async #call({ url, method, caPem }: Heartbeat): Promise<string | null> {
    using deadline = new Deadline(this.#stop.signal, BEAT_MS);
    try {
      await using client = this.#deps.http({ trust: caPem === null ? { mode: 'public' } : { mode: 'bundle', caPem } });
      const { status } = await client.request({ method, url: url.reveal() }, deadline.signal);
      return status < 300 ? null : `The address answers ${status}.`;
    } catch (err) {
      return redact(err instanceof Error ? err.message : String(err), [url]);
    }
  }
}
