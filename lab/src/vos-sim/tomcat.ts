import type { RequestListener } from 'node:http';
import { pause, type Quirks } from './chance.ts';
import type { Identity } from './node.ts';
import { TlsListener } from './tls-listener.ts';

export type TomcatState = 'STOPPING' | 'STARTING' | 'STARTED';

export interface TomcatSettings {
  readonly host: string;
  readonly ports: readonly [number | undefined, number | undefined];
  readonly identity: Identity;
  readonly answer: RequestListener;
  readonly stopping: Quirks['stopping'];
  /** Fires when the lab is taken down. */
  readonly life: AbortSignal;
}

/** Part of a restart, in hundredths, that it takes to stop. */
const STOPPING_SHARE = 40;

/** The web server of the node: two TLS ports with one certificate. */
export class Tomcat implements AsyncDisposable {
  readonly #settings: TomcatSettings;
  readonly #listeners: TlsListener[] = [];
  #served: Identity;
  #state: TomcatState = 'STARTED';

  private constructor(settings: TomcatSettings) {
    this.#settings = settings;
    this.#served = settings.identity;
  }

  static async start(settings: TomcatSettings): Promise<Tomcat> {
    const tomcat = new Tomcat(settings);
    try {
      for (const port of settings.ports) {
        tomcat.#listeners.push(await TlsListener.open(settings.host, port, tomcat.#answer, settings.identity));
      }
    } catch (error) {
      await tomcat[Symbol.asyncDispose]();
      throw error;
    }
    return tomcat;
  }

  get ports(): readonly number[] {
    return this.#listeners.map((listener) => listener.port);
  }

  get state(): TomcatState {
    return this.#state;
  }

  /** The certificate that clients meet; while the ports are closed, the last one they met. */
  get served(): Identity {
    return this.#served;
  }

  /**
   * Takes the ports away for `durationMs` and then serves `next()`. Tells when it stops and when it begins to start.
   *
   * @throws AbortError when the lab is taken down meanwhile
   */
  async restart(durationMs: number, next: () => Identity, tell: (state: TomcatState) => void): Promise<void> {
    const { life, stopping } = this.#settings;
    const stoppingMs = (durationMs * STOPPING_SHARE) / 100;
    this.#enter('STOPPING', tell);
    if (stopping === 'closed') await this.#close();
    await pause(stoppingMs, stoppingMs, life);
    await this.#close();
    this.#enter('STARTING', tell);
    await pause(durationMs - stoppingMs, durationMs - stoppingMs, life);
    const identity = next();
    for (const listener of this.#listeners) await listener.reopen(identity, life);
    this.#served = identity;
    this.#state = 'STARTED';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  async #close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  #enter(state: TomcatState, tell: (state: TomcatState) => void): void {
    this.#state = state;
    tell(state);
  }

  readonly #answer: RequestListener = (request, response) => {
    if (this.#state === 'STARTED') return this.#settings.answer(request, response);
    response.writeHead(503, { 'content-type': 'text/html;charset=utf-8', connection: 'close' });
    response.end('<html><head><title>HTTP Status 503</title></head><body><h1>Service Unavailable</h1></body></html>');
  };
}
