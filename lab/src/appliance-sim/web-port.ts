import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatedPort } from '../vos-sim/gated-port.ts';
import { type ServedIdentity, sha256Of } from './identity.ts';

export interface WebPortOptions {
  readonly host: string;
  readonly identity: ServedIdentity;
  readonly answer: RequestListener;
  /** Fires when the lab is taken down. */
  readonly life: AbortSignal;
}

/** An HTTPS port that serves another certificate only after it was closed and opened again. */
export class WebPort implements AsyncDisposable {
  readonly #gate: GatedPort;
  readonly #current: { identity: ServedIdentity };
  readonly #life: AbortSignal;
  #restarts = 0;
  #isRestarting = false;

  private constructor(gate: GatedPort, current: { identity: ServedIdentity }, life: AbortSignal) {
    this.#gate = gate;
    this.#current = current;
    this.#life = life;
  }

  static async open({ host, identity, answer, life }: WebPortOptions): Promise<WebPort> {
    const current = { identity };
    const newServer = () => {
      const { keyPem, chainPem } = current.identity;
      const server = createServer({ key: keyPem, cert: chainPem.join('\n') }, answer);
      // Clients that only look at the certificate are nobody's fault.
      server.on('tlsClientError', () => undefined);
      return server;
    };
    return new WebPort(await GatedPort.open({ host, port: undefined, newServer }), current, life);
  }

  get number(): number {
    return this.#gate.number;
  }

  /** Of what is served; while it is closed, of what was served last. */
  get servedSha256(): string {
    return sha256Of(this.#current.identity.chainPem[0] ?? '');
  }

  get restarts(): number {
    return this.#restarts;
  }

  get isRestarting(): boolean {
    return this.#isRestarting;
  }

  /** Follows the fault `node-down`. */
  power(on: boolean): void {
    if (on) this.#gate.powerOn(this.#life).catch(() => undefined);
    else this.#gate.powerOff();
  }

  /** Closed for `ms`. Ends quietly when the lab is taken down. */
  async restart(identity: ServedIdentity, ms: number): Promise<void> {
    this.#isRestarting = true;
    try {
      await this.#gate.close();
      await sleep(ms, undefined, { signal: this.#life });
      this.#current.identity = identity;
      await this.#gate.reopen(this.#life);
      this.#restarts += 1;
    } catch (error) {
      if (!this.#life.aborted) throw error;
    } finally {
      this.#isRestarting = false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gate.close();
  }
}
