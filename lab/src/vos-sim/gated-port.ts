import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { listen, listenAgain } from './ports.ts';

export interface GatedPortOptions {
  readonly host: string;
  /** A random free one when undefined. */
  readonly port: number | undefined;
  /** A new server each time the port opens, so that none remembers sessions of the one before. */
  readonly newServer: () => Server;
}

/**
 * A port that is open while its service runs and its node has power. It keeps its number while it is closed, and
 * resets what is connected when it closes.
 */
export class GatedPort {
  readonly number: number;
  readonly #host: string;
  readonly #newServer: () => Server;
  readonly #sockets = new Set<Socket>();
  #server: Server | null;
  #isRunning = true;
  #hasPower = true;
  #opening: Promise<void> = Promise.resolve();

  private constructor({ host, newServer }: GatedPortOptions, server: Server, number: number) {
    this.#host = host;
    this.#newServer = newServer;
    this.#server = server;
    this.number = number;
  }

  /** @throws when the port asked for is taken */
  static async open(options: GatedPortOptions): Promise<GatedPort> {
    const server = options.newServer();
    const port = new GatedPort(options, server, await listen(server, options.host, options.port));
    port.#follow(server);
    return port;
  }

  /** The service stops. */
  async close(): Promise<void> {
    this.#isRunning = false;
    await this.#shut();
    await this.#opening;
  }

  /** The service has started. @throws AbortError when the signal fires first; the port is closed then */
  async reopen(signal: AbortSignal): Promise<void> {
    this.#isRunning = true;
    await this.#openWhenDue(signal);
  }

  /** The node goes down: nobody can connect any more when this returns. */
  powerOff(): void {
    this.#hasPower = false;
    void this.#shut();
  }

  /** @throws AbortError when the signal fires first */
  async powerOn(signal: AbortSignal): Promise<void> {
    this.#hasPower = true;
    await this.#openWhenDue(signal);
  }

  #openWhenDue(signal: AbortSignal): Promise<void> {
    const opened = this.#opening.then(() => this.#tryOpen(signal));
    this.#opening = opened.catch(() => undefined);
    return opened;
  }

  async #tryOpen(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#server || !this.#isDue) return;
    const server = this.#newServer();
    this.#follow(server);
    await listenAgain(server, this.#host, this.number, signal);
    this.#server = server;
    if (signal.aborted || !this.#isDue) await this.#shut();
    signal.throwIfAborted();
  }

  get #isDue(): boolean {
    return this.#isRunning && this.#hasPower;
  }

  async #shut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  #follow(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }
}
