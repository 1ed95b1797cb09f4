import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Identity } from './node.ts';
import { listen, listenAgain } from './ports.ts';

/** One TLS port of Tomcat. It keeps its number while it is closed. */
export class TlsListener {
  readonly port: number;
  readonly #host: string;
  readonly #answer: RequestListener;
  readonly #sockets = new Set<Socket>();
  #server: Server | null;

  private constructor(host: string, port: number, answer: RequestListener, server: Server) {
    this.#host = host;
    this.port = port;
    this.#answer = answer;
    this.#server = server;
    this.#follow(server);
  }

  static async open(
    host: string,
    port: number | undefined,
    answer: RequestListener,
    identity: Identity,
  ): Promise<TlsListener> {
    const server = newServer(answer, identity);
    return new TlsListener(host, await listen(server, host, port), answer, server);
  }

  /**
   * Opens the port again, with a server that has never seen the sessions of the one before.
   *
   * @throws AbortError when the signal fires first; the port is closed then
   */
  async reopen(identity: Identity, signal: AbortSignal): Promise<void> {
    const server = newServer(this.#answer, identity);
    this.#follow(server);
    signal.throwIfAborted();
    await listenAgain(server, this.#host, this.port, signal);
    this.#server = server;
    if (!signal.aborted) return;
    await this.close();
    signal.throwIfAborted();
  }

  /** Closes the port and resets what is connected. */
  async close(): Promise<void> {
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
    // Clients that hang up, or that only look at the certificate, are nobody's fault.
    server.on('tlsClientError', () => undefined);
  }
}

function newServer(answer: RequestListener, identity: Identity): Server {
  const chain = [identity.certificatePem, ...identity.issuers.map((issuer) => issuer.pem)];
  return createServer({ key: identity.keyPem, cert: chain.join('') }, answer);
}
