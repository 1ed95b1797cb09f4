import type { Secret } from '../domain/secret.ts';
import { sleep } from '../plugins/clock.ts';
import type { HttpFactory } from '../plugins/http.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import { redact } from '../plugins/redact.ts';
import type { ScheduleHealth } from './schedule-health.ts';

interface WatchdogDeps {
  readonly health: ScheduleHealth;
  /** Whether people are told of what happens. */
  readonly isTelling: () => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly http: HttpFactory;
  /** Called while all is well, so that somebody else notices when it is not; null: nobody. */
  readonly heartbeat: { readonly url: Secret; readonly method: 'GET' | 'POST' } | null;
}

const LOOK_MS = 60_000;
/** One heartbeat in so many looks. */
const LOOKS_PER_BEAT = 3;

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
    const { heartbeat, http, log } = this.#deps;
    if (!heartbeat) return;
    const url = heartbeat.url.reveal();
    try {
      await using client = http({ trust: { mode: 'public' } });
      const { status } = await client.request({ method: heartbeat.method, url }, this.#stop.signal);
      if (status >= 300) log.warn({ status }, 'heartbeat was not taken');
    } catch (err) {
      if (this.#stop.signal.aborted) return;
      const why = err instanceof Error ? err.message : String(err);
      log.warn({ why: redact(why, [heartbeat.url]) }, 'heartbeat did not arrive');
    }
  }
}
